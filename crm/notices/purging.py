"""What was read is kept for 90 days, and so is what nobody was shown; what is unread stays a year."""

from datetime import datetime, timedelta

from django.db.models import Q

from crm.notices.models import Notification
from crm.ops.purging import delete_in_batches

KEPT = timedelta(days=90)
UNREAD_KEPT = timedelta(days=365)


def purge_notifications(at: datetime) -> int:
    settled = Q(read_at__lt=at - KEPT) | Q(in_page=False, mail_due_at__isnull=True)
    old = Notification.objects.filter(created_at__lt=at - KEPT)
    return delete_in_batches(old.filter(settled | Q(shown_at__lt=at - UNREAD_KEPT)))
