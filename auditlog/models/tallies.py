"""How many events each hour had: what analytics read instead of millions of events."""

from uuid import UUID

from django.db import models

NO_TEAM = UUID(int=0)


class Dimension(models.TextChoices):
    """What is counted by; every event has an action, so those add up to all of them."""

    ACTION = "action", "Action"
    PERSON = "person", "Person"
    OBJECT = "object", "Kind of record"
    READER = "reader", "Reader"


class AuditTally(models.Model):
    """Sealed events of one hour (UTC), team and value. Derived from the events, and verified against them.

    `value` is an action, a kind of record, or a person's id; never a name, so that nothing here has to be erased.
    """

    hour = models.DateTimeField()
    dimension = models.CharField(max_length=8, choices=Dimension)
    value = models.CharField(max_length=255)
    team_id = models.UUIDField(default=NO_TEAM)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dimension", "hour", "team_id", "value"], name="audit_tally_once")
        ]
        indexes = [models.Index(fields=["hour"], name="audit_tally_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.value}: {self.count}"
