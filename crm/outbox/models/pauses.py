"""A kind of delivery that somebody holds back: what is enqueued waits until the row is gone."""

from django.db import models
from django.utils import timezone

from crm.core.ids import uuid7


class QueuePause(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField(default=timezone.now)
    by_label = models.CharField(max_length=255)
    reason = models.CharField(max_length=255, blank=True)

    def __str__(self) -> str:
        return self.kind
