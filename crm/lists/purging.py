"""Deleted views are kept as long as somebody may want them back."""

from datetime import datetime, timedelta

from crm.lists.models import SavedView
from crm.ops.purging import delete_in_batches

KEPT = timedelta(days=30)


def purge_views(at: datetime) -> int:
    return delete_in_batches(SavedView.objects.filter(deleted_at__lt=at - KEPT))
