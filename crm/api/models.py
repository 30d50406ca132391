"""What a POST with an Idempotency-Key was answered, kept for a day."""

from django.db import models
from django.utils import timezone


class StoredAnswer(models.Model):
    """`fingerprint` is the SHA-256 of method, address, content type and body; one answer per actor and key."""

    actor_id = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_id", "key"], name="stored_answer_once")]
        indexes = [models.Index(fields=["actor_id", "at"], name="stored_answer_actor_at")]

    def __str__(self) -> str:
        return f"{self.status} for {self.key}"
