"""What a rule found, for somebody to look at: open until it is closed with a reason (SEC-8)."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from auditlog.models.rules import AnomalyRule
from auditlog.models.security import Severity
from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.core.permissions import Reach
from crm.core.records import Identified


class AlertState(models.TextChoices):
    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    CLOSED = "closed", "Closed"


class Resolution(models.TextChoices):
    HANDLED = "handled", "Handled"
    EXPECTED = "expected", "Expected"
    FALSE_ALARM = "false_alarm", "False alarm"


class AlertQuerySet(models.QuerySet["Alert"]):
    """An alert is seen by whoever may see the security events of the same person."""

    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        reach = actor.reach(f"security:{action}")
        if reach is Reach.ALL:
            return self.all()
        if reach is Reach.TEAM:
            return self.filter(home_team_id__in=actor.team_ids)
        return self.filter(person_id=actor.id) if reach is Reach.OWN and actor.id else self.none()

    def unresolved(self) -> Any:
        return self.filter(state__in=(AlertState.OPEN, AlertState.ACKNOWLEDGED))


class Alert(Identified):
    """`subject` is what the rule watches one by one: `person:<id>`, `key:<id>`, `address:<text>` or `installation`.

    The same rule and subject within the rule's window adds to an alert that is not closed: `count` findings up to
    `last_seen_at`. `told_at` is when it was mailed to those who can act.
    """

    rule = models.ForeignKey(AnomalyRule, on_delete=models.PROTECT, related_name="alerts")
    severity = models.CharField(max_length=8, choices=Severity)
    state = models.CharField(max_length=12, choices=AlertState, default=AlertState.OPEN)
    subject = models.CharField(max_length=160)
    person_id = models.UUIDField(null=True)
    person_label = models.CharField(max_length=255, blank=True)
    key_id = models.UUIDField(null=True)
    key_label = models.CharField(max_length=255, blank=True)
    address = models.CharField(max_length=64, blank=True)
    # Not `team_id`: what is done about an alert is no business of all who read the team's trail.
    home_team_id = models.UUIDField(null=True)
    # Read by auditlog.alerts.explaining, in the language of whoever reads.
    explanation_key = models.CharField(max_length=32)
    explanation_values = models.JSONField(default=dict)
    count = models.PositiveIntegerField(default=0)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=12, choices=Resolution, blank=True)

    RESOURCE: ClassVar[str] = "security"
    objects = AlertQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["last_seen_at", "id"], name="alert_seen"),
            models.Index(fields=["state", "last_seen_at", "id"], name="alert_state_seen"),
            models.Index(fields=["home_team_id", "state", "last_seen_at", "id"], name="alert_team_state_seen"),
            models.Index(fields=["person_id", "last_seen_at"], name="alert_person_seen"),
            models.Index(fields=["rule", "subject", "last_seen_at"], name="alert_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.about or 'the installation'}"

    @property
    def about(self) -> str:
        return self.key_label or self.person_label or self.address


class AlertEvidence(models.Model):
    """A security event that made a rule fire; each does so once for a rule, however often it is looked at."""

    rule = models.ForeignKey(AnomalyRule, on_delete=models.CASCADE, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="evidence")
    event_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "event_id"], name="alert_evidence_once")]

    def __str__(self) -> str:
        return str(self.event_id)


class AlertEntry(models.Model):
    """What somebody did about an alert, or said: `what` is acknowledged, closed, commented or the name of an act."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=32)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=255)
    body = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["alert", "at", "id"], name="alert_entry_at")]

    def __str__(self) -> str:
        return self.what
