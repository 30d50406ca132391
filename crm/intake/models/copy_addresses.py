"""Where somebody sends a copy of a mail that is to be filed: an address that nobody can guess."""

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from crm.core.ids import uuid7

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
LENGTH = 26  # 130 bits


def new_token() -> str:
    """Letters that no program changes the case of, and none that are taken for another."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class CopyAddress(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    made_at: Any = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name_plural = "copy addresses"

    def __str__(self) -> str:
        return str(self.person)
