from crm.notices.models.notifications import MOST_COUNTED, Notification
from crm.notices.models.preferences import DEFAULT_DIGEST_HOUR, Mail, NoticeSettings, Preference
from crm.notices.models.reminders import ReminderMark

__all__ = [
    "DEFAULT_DIGEST_HOUR",
    "MOST_COUNTED",
    "Mail",
    "NoticeSettings",
    "Notification",
    "Preference",
    "ReminderMark",
]
