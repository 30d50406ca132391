"""What must not be purged while it is needed: a dispute, an inquiry (AUDIT-3)."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from crm.core.actor import Actor
from crm.core.fields import LineField
from crm.core.permissions import Reach
from crm.core.records import Identified


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        """A hold is the house's: whose right reaches some teams only sees none."""
        return self.all() if actor.reach(LegalHold.permission_to(action)) is Reach.ALL else self.none()

    def active(self) -> Self:
        return self.filter(released_at__isnull=True)


class LegalHold(Identified):
    """Keeps one record and every event about it, and so the seals they are in, past their time.

    `placed_by` and `released_by` are what these people were called then.
    """

    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    object_label = LineField(max_length=255, blank=True)
    reason = LineField(max_length=255)
    placed_by = models.CharField(max_length=255, blank=True, editable=False)
    released_by = models.CharField(max_length=255, blank=True, editable=False)
    release_reason = LineField(max_length=255, blank=True, editable=False)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "audit"
    WRITE_PERMISSION: ClassVar[str] = "audit:manage"
    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = "legal hold"
        ordering = ["-created_at", "pk"]
        indexes = [models.Index(fields=["created_at", "id"], name="legal_hold_created")]
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id"], name="legal_hold_once", condition=Q(released_at__isnull=True)
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_has_reason"),
        ]

    @property
    def is_active(self) -> bool:
        return self.released_at is None

    @property
    def state(self) -> str:
        return "active" if self.is_active else "released"

    def __str__(self) -> str:
        return self.object_label or f"{self.object_type}:{self.object_id}"
