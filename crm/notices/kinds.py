"""What there is to be told, and how it is told to who chose nothing else."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.notices.mail_kinds import ASSIGNMENT, REMINDER, WORK_DONE
from crm.notices.models import Mail
from crm.outbox.mail_kinds import MailKind

MENTION, ASSIGNED = "mention", "assignment"
DUE_SOON, OVERDUE, NEXT_STEP = "due_soon", "overdue", "next_step"
IMPORT_DONE, EXPORT_DONE, BULK_DONE = "import_finished", "export_finished", "bulk_finished"
SCHEDULED = "scheduled_export"


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """`mail` is the default. `letter` is what is sent at once; without one, who tells of it sends its own.

    `is_mailed`: whether e-mail can be chosen at all. `to_oneself`: it is told to who set it going, since they went on
    with something else.
    """

    name: str
    label: str | Promise
    about: str | Promise
    icon: str
    letter: MailKind | None = None
    mail: Mail = Mail.NONE
    is_mailed: bool = True
    to_oneself: bool = False


ALL = (
    NoticeKind(MENTION, _("Mentions"), _("Somebody names you with @ in a note"), "at", mail=Mail.NOW),
    NoticeKind(
        ASSIGNED, _("Assignments"), _("A record or an activity becomes yours"), "user-check", ASSIGNMENT, Mail.NOW
    ),
    NoticeKind(
        DUE_SOON, _("Due soon"), _("An activity of yours is due within half an hour"), "clock", REMINDER,
        to_oneself=True,
    ),
    NoticeKind(
        OVERDUE, _("Overdue activities"), _("An activity of yours was not done in time"), "alert-triangle", REMINDER,
        Mail.DIGEST, to_oneself=True,
    ),
    NoticeKind(
        NEXT_STEP, _("Deals that wait"), _("The next step of a deal of yours, or its closing date, is overdue"),
        "coin", REMINDER, Mail.DIGEST, to_oneself=True,
    ),
    NoticeKind(
        IMPORT_DONE, _("Imports"), _("An import of yours has finished"), "upload", WORK_DONE, to_oneself=True
    ),
    NoticeKind(
        EXPORT_DONE, _("Exports"), _("An export that you asked for is ready"), "download", WORK_DONE, to_oneself=True
    ),
    NoticeKind(
        BULK_DONE, _("Bulk changes"), _("A change of many records has finished"), "list-check", WORK_DONE,
        to_oneself=True,
    ),
    NoticeKind(
        SCHEDULED, _("Scheduled exports"), _("A scheduled export was delivered, or could not be"), "clock",
        is_mailed=False, to_oneself=True,
    ),
)  # fmt: skip
KINDS: dict[str, NoticeKind] = {kind.name: kind for kind in ALL}
