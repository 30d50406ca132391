"""Two records that were one: which stayed, which went, and what it takes to part them again."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.core.actor import Actor
from crm.core.permissions import Reach
from crm.core.records import Identified

UNDO_WITHIN = timedelta(days=30)


class MergeKind(models.TextChoices):
    CUSTOMER = "customer"
    CONTACT = "contact"
    LEAD = "lead"


class MergeQuerySet(models.QuerySet["Merge"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        """Those of records that the actor may read, or merge, in whole teams: `contacts:merge` shows the contacts'."""
        within = Q(pk__in=[])
        for kind in MergeKind:
            reach = actor.reach(f"{kind}s:{action if action == 'read' else 'merge'}")
            if reach is Reach.ALL:
                within |= Q(kind=kind)
            elif reach is Reach.TEAM:
                within |= Q(kind=kind, team_id__in=actor.team_ids)
            elif reach is Reach.OWN and actor.id:
                within |= Q(kind=kind, team_id__in=actor.team_ids, by_id=actor.id)
        return self.filter(within)


class Merge(Identified):
    """`kept` holds what an undo needs (customers/merging/undoing.py); it is emptied when nobody may undo it any more.

    The two ids stay, so that the old one keeps leading to the record that took its place.
    """

    kind = models.CharField(max_length=10, choices=MergeKind)
    team = models.ForeignKey(settings.TEAM_MODEL, on_delete=models.CASCADE, related_name="+")
    winner_id = models.UUIDField()
    loser_id = models.UUIDField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    kept = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    RESOURCE: ClassVar[str] = "customers"
    objects = MergeQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["kind", "winner_id"], name="merge_winner"),
            models.Index(fields=["created_at", "id"], name="merge_created"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["kind", "loser_id"], name="merge_loser_once", condition=Q(undone_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.loser_id} → {self.winner_id}"

    @property
    def can_be_undone(self) -> bool:
        return bool(self.kept) and self.undone_at is None and timezone.now() < self.created_at + UNDO_WITHIN
