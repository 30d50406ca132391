"""What operations remember: since when each key is known."""

from django.db import models
from django.utils import timezone


class SeenKey(models.Model):
    """The moment a key of a ring was first seen by this installation; of the key itself only a fingerprint."""

    ring = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=32)
    first_seen = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ring", "fingerprint"], name="seen_key_once")]

    def __str__(self) -> str:
        return f"{self.ring} since {self.first_seen:%Y-%m-%d}"
