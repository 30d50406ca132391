"""Second factors themselves are allauth's `Authenticator`; here is what limits guessing at them."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class CodeFailure(models.Model):
    """One wrong code of a person, wherever it came from. Kept for a day: it is what the limit counts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="code_failures")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "at"], name="code_failure_user_at")]

    def __str__(self) -> str:
        return f"{self.user} at {self.at:%Y-%m-%d %H:%M}"
