"""Networks that are refused for a while, because somebody there touched what only intruders look for (SEC-9)."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.core.fields import LineField
from crm.core.records import Identified, SharedQuerySet


class BanSource(models.TextChoices):
    HONEYPOT = "honeypot", "Decoy address"
    KEY = "key", "Decoy API key"
    HAND = "hand", "By hand"


class AddressBanQuerySet(SharedQuerySet):
    def acting(self, at: datetime) -> Any:
        return self.filter(until__gt=at)


class AddressBan(Identified):
    """One row a network, however often it was banned: `times` makes the next ban longer, until the row is purged.

    `network` is what `crm.core.networks.network_of` answers: an IPv4 address, or the /64 of an IPv6 address.
    """

    network = models.CharField(max_length=64, unique=True, editable=False)
    reason = LineField(max_length=255)
    source = models.CharField(max_length=16, choices=BanSource, default=BanSource.HAND, editable=False)
    times = models.PositiveIntegerField(default=0, editable=False)
    since = models.DateTimeField(default=timezone.now, editable=False)
    until = models.DateTimeField(editable=False)
    banned_by = models.CharField(max_length=255, editable=False)
    lifted_by = models.CharField(max_length=255, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "security"
    objects = AddressBanQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["until", "id"], name="address_ban_until"),
            models.Index(fields=["updated_at"], name="address_ban_updated"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(network=""), name="address_ban_has_network"),
            models.CheckConstraint(condition=~Q(reason=""), name="address_ban_has_reason"),
        ]

    def __str__(self) -> str:
        return self.network

    def is_acting(self, at: datetime | None = None) -> bool:
        return self.until > (at or timezone.now())

    @property
    def state(self) -> str:
        """acting, lifted or over."""
        if self.is_acting():
            return "acting"
        return "lifted" if self.lifted_by else "over"
