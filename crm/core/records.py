"""The abstract record: id, team, owner, version, archive; and the only way to rows, `for_actor`."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.core.permissions import Reach


class ActorQuerySet(models.QuerySet[Any]):
    """Rows an actor may touch. Anything unknown ends in none()."""

    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        return self.within_reach(actor, f"{self.model.RESOURCE}:{action}")

    def within_reach(self, actor: Actor, permission: str) -> Self:
        reach = actor.reach(permission)
        if reach is Reach.ALL:
            return self.all()
        if reach is Reach.TEAM:
            return self.filter(team_id__in=actor.team_ids)
        if reach is Reach.OWN and actor.id is not None:
            return self.filter(team_id__in=actor.team_ids, owner_id=actor.id)
        return self.none()

    def active(self) -> Self:
        return self.filter(archived_at__isnull=True)


class SharedQuerySet(models.QuerySet[Any]):
    """Rows that belong to the whole company (pipelines, roles): all of them, or none."""

    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        return self.all() if actor.may(self.model.permission_to(action)) else self.none()


class Identified(models.Model):
    """Id, timestamps and the version that guards against overwriting somebody's change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    RESOURCE: ClassVar[str]
    # Fields that take a right of their own, by category (crm/core/sensitive.py); what is hidden here, and locked.
    SENSITIVE: ClassVar[dict[str, tuple[str, ...]]] = {}
    hidden_fields: frozenset[str] = frozenset()
    locked_fields: frozenset[str] = frozenset()
    WRITE_PERMISSION: ClassVar[str] = ""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.hidden_fields:
            raise RuntimeError("What is shown without its hidden fields is not to be saved.")
        super().save(*args, **kwargs)

    @classmethod
    def permission_to(cls, action: str) -> str:
        """`customers:write`; WRITE_PERMISSION is the one right for every change, where RESOURCE:action is not it."""
        if cls.WRITE_PERMISSION and action != "read":
            return cls.WRITE_PERMISSION
        return f"{cls.RESOURCE}:{action}"


class Record(Identified):
    """What one team owns. A subclass sets RESOURCE, its word in the permission vocabulary."""

    team = models.ForeignKey(settings.TEAM_MODEL, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ActorQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None
