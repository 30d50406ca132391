"""What the security officer watches: failures, lock-outs, refusals, reuse, privilege changes (SEC-7)."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.core.permissions import Reach


class Severity(models.TextChoices):
    INFO = "info", "Info"
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class SecurityEventQuerySet(models.QuerySet["SecurityEvent"]):
    """Everything with reach ALL, the members of the actor's teams with TEAM, oneself with OWN."""

    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        reach = actor.reach(f"security:{action}")
        if reach is Reach.ALL:
            return self.all()
        if reach is Reach.TEAM:
            return self.filter(team_id__in=actor.team_ids)
        return self.filter(person_id=actor.id) if reach is Reach.OWN and actor.id else self.none()


class SecurityEvent(models.Model):
    """Append-only by trigger. `person` is who it is about, known by id and label or only by what was typed.

    `details` is canonical JSON text; it never holds a secret. What is personal can be erased once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=64)
    severity = models.CharField(max_length=8, choices=Severity)
    person_id = models.UUIDField(null=True)
    person_label = models.CharField(max_length=255, blank=True)
    team_id = models.UUIDField(null=True)
    address = models.CharField(max_length=64, blank=True)
    # The address, of IPv6 its /64: what bursts are counted by.
    network = models.CharField(max_length=64, blank=True, default="")
    agent = models.CharField(max_length=255, blank=True)
    trace_id = models.CharField(max_length=64, blank=True)
    details = models.TextField(default="{}")
    erased_at = models.DateTimeField(null=True)

    RESOURCE: ClassVar[str] = "security"
    objects = SecurityEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["at", "id"], name="security_at"),
            models.Index(fields=["kind", "at"], name="security_kind_at"),
            models.Index(fields=["person_id", "at"], name="security_person_at"),
            models.Index(fields=["team_id", "at", "id"], name="security_team_at"),
            models.Index(fields=["severity", "at", "id"], name="security_severity_at"),
            models.Index(fields=["address", "at"], name="security_address_at"),
            models.Index(fields=["network", "at"], name="security_network_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_label}".strip()
