"""What one hand-over moved, so that it can be undone."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from accounts.models.teams import Team
from crm.core.actor import Actor
from crm.core.records import Identified


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        """Those of people that the actor may change."""
        people = self.model._meta.get_field("person").related_model
        return self.filter(person__in=people.objects.for_actor(actor, "write").values("pk"))  # type: ignore[union-attr]


class HandOver(Identified):
    """`moved` maps a kind of record to its new owner and the records: {"deal": {"to": id, "ids": [id, …]}}."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hand_overs")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+")
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=255)
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    RESOURCE: ClassVar[str] = "users"
    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "hand-over", "hand-overs"
        indexes = [models.Index(fields=["person", "-created_at"], name="hand_over_person")]

    def __str__(self) -> str:
        return f"{self.count} records of {self.person}"

    @property
    def count(self) -> int:
        return sum(len(one["ids"]) for one in self.moved.values())
