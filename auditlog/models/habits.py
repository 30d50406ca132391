"""What is usual: where people and keys come from, and how much somebody reads in an hour. Bounded, and forgotten."""

from django.db import models


class Familiar(models.Model):
    """A device, network or country that a person or key was seen with. `subject` is as in an alert."""

    class What(models.TextChoices):
        DEVICE = "device", "Device"
        NETWORK = "network", "Network"
        COUNTRY = "country", "Country"

    subject = models.CharField(max_length=160)
    what = models.CharField(max_length=8, choices=What)
    value = models.CharField(max_length=128)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "what", "value"], name="familiar_once")]

    def __str__(self) -> str:
        return f"{self.subject} {self.value}"


class ReadVolume(models.Model):
    """Rows that one person was shown or given within one hour of their own clock."""

    person_id = models.UUIDField()
    person_label = models.CharField(max_length=255)
    team_id = models.UUIDField(null=True)
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    rows = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(db_index=True)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "day", "hour"], name="read_volume_once")]

    def __str__(self) -> str:
        return f"{self.person_label} {self.day} {self.hour}:00"
