"""What one act on many records changed, so that it can be undone."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from crm.core.actor import Actor
from crm.core.records import Identified


class BulkChangeQuerySet(models.QuerySet["BulkChange"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        """Only one's own acts can be undone."""
        return self.filter(user_id=actor.id) if actor.id else self.none()


class BulkAction(models.TextChoices):
    ASSIGN = "assign"
    LABEL = "label"
    UNLABEL = "unlabel"
    ARCHIVE = "archive"


class BulkChange(Identified):
    """`before` maps the id of each changed record to what it had: its owner's id, else null."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=64)
    action = models.CharField(max_length=16, choices=BulkAction)
    target = models.UUIDField(null=True)
    before = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    RESOURCE: ClassVar[str] = "customers"
    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["created_at"], name="bulk_change_created")]

    def __str__(self) -> str:
        return f"{self.action} {len(self.before)} {self.model}"
