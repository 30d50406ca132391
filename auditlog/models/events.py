"""What happened: one row per event, append-only in the database itself (triggers in the migrations)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from auditlog.models.seals import AuditSeal
from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.core.permissions import Reach

# Who was given a role or a team, and by whom: few among the events of a person, so they have an index of their own.
ACCESS_ACTIONS = ("teams.members_changed", "users.created", "users.moved", "users.updated")


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Events about the actor's teams; their own events with reach OWN; everything with reach ALL."""

    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        reach = actor.reach(f"audit:{action}")
        if reach is Reach.ALL:
            return self.all()
        if reach is Reach.TEAM:
            return self.filter(team_id__in=actor.team_ids)
        return self.filter(actor_id=actor.id) if reach is Reach.OWN and actor.id else self.none()


class Retention(models.TextChoices):
    """How long an event is kept at least: settings.AUDIT_RETENTION."""

    NORMAL = "normal", "Normal"
    SENSITIVE = "sensitive", "Sensitive"


class AuditEvent(models.Model):
    """Actor, object and team are kept as id and label, not as foreign keys: an event outlives what it tells of.

    `changes` is canonical JSON text {"field": [before, after]}, kept as text because JSONB renormalises numbers.
    `leaf` is the event's place in the tree of its seal and covers personal data by their `commitment` alone, so
    that they can be erased (auditlog.proof says how both are made). `seal` is empty for a minute at most.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=64)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=255)
    actor_kind = models.CharField(max_length=16)
    on_behalf_of = models.CharField(max_length=255, blank=True)
    door = models.CharField(max_length=16)
    credential = models.CharField(max_length=16)
    address = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=255, blank=True)
    trace_id = models.CharField(max_length=64, blank=True)
    object_type = models.CharField(max_length=64, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_label = models.CharField(max_length=255, blank=True)
    team_id = models.UUIDField(null=True)
    changes = models.TextField(default="{}")
    retention = models.CharField(max_length=9, choices=Retention, default=Retention.NORMAL)
    salt = models.BinaryField(max_length=16)
    commitment = models.BinaryField(max_length=32)
    leaf = models.BinaryField(max_length=32)
    erased_at = models.DateTimeField(null=True)
    # Without a constraint, which would be checked row by row when a minute is sealed; verification finds orphans.
    seal = models.ForeignKey(
        AuditSeal, models.PROTECT, null=True, db_index=False, db_constraint=False, related_name="events"
    )

    RESOURCE: ClassVar[str] = "audit"
    PAGED_BY_KEYS: ClassVar[bool] = True
    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["at", "id"], name="audit_at"),
            models.Index(fields=["team_id", "at", "id"], name="audit_team_at"),
            models.Index(fields=["object_type", "object_id", "at"], name="audit_object_at"),
            # The last columns are looked at in the index, before a row is fetched (docs/adr/0029).
            models.Index(
                fields=["actor_id", "at", "id", "team_id", "action", "object_type", "door", "credential"],
                name="audit_actor_at",
            ),
            models.Index(fields=["action", "at", "id", "team_id", "door"], name="audit_action_at"),
            models.Index(fields=["address", "at", "id", "team_id"], name="audit_address_at", condition=~Q(address="")),
            models.Index(
                fields=["on_behalf_of", "at", "id", "door", "credential", "actor_id"],
                name="audit_through_at",
                condition=~Q(on_behalf_of=""),
            ),
            models.Index(
                fields=["object_type", "object_id", "at"], name="audit_access", condition=Q(action__in=ACCESS_ACTIONS)
            ),
            models.Index(fields=["seal", "id"], name="audit_seal_id", condition=Q(seal__isnull=False)),
            models.Index(fields=["retention", "id"], name="audit_unsealed", condition=Q(seal__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_label}".strip()
