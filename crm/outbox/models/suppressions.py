"""Addresses that get no mail any more, or none but what they must get, and why."""

import hashlib
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.ids import uuid7
from crm.core.records import SharedQuerySet


class SuppressionReason(models.TextChoices):
    BOUNCE = "bounce", _("Bounced")
    COMPLAINT = "complaint", _("Complained")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    MANUAL = "manual", _("Blocked by hand")


# A mailbox that does not exist, and what somebody decided, hold for every mail; the others for news alone.
FOR_EVERY_MAIL = (SuppressionReason.BOUNCE, SuppressionReason.MANUAL)


def normalised(address: str) -> str:
    return address.strip().casefold()


def fingerprint_of(address: str) -> str:
    """Survives an erasure: without the address anybody would be written to again who said no."""
    return hashlib.sha256(b"vouch.suppression\0" + normalised(address).encode()).hexdigest()


class Suppression(models.Model):
    """`fingerprint` is what decides; `address` is shown, and blanked when the person is erased."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    address = models.CharField(max_length=320)
    reason = models.CharField(max_length=12, choices=SuppressionReason)
    detail = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)
    by_label = models.CharField(max_length=255, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "emails"
    objects = SharedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["at", "id"], name="suppression_at"),
            models.Index(fields=["reason", "at", "id"], name="suppression_reason_at"),
        ]

    def __str__(self) -> str:
        return self.address

    @classmethod
    def permission_to(cls, action: str) -> str:
        return f"{cls.RESOURCE}:{action}"
