"""What must not be purged while it is needed: a dispute, an inquiry (AUDIT-3)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crm.core.fields import LineField
from crm.core.records import Identified, SharedQuerySet


class LegalHold(Identified):
    """Keeps every event about one record, and so the seals they are in, past their time."""

    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    object_label = LineField(max_length=255, blank=True)
    reason = LineField(max_length=255)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "audit"
    WRITE_PERMISSION: ClassVar[str] = "audit:manage"
    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id"], name="legal_hold_once", condition=Q(released_at__isnull=True)
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_has_reason"),
        ]

    def __str__(self) -> str:
        return self.object_label or f"{self.object_type}:{self.object_id}"
