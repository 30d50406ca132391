"""What the OAuth server issues: codes and tokens as keyed hashes, each tied to the family it can be revoked with."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractDeviceGrant,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

from accounts.models.clients import Application
from accounts.oauth.keyed_hash import KeyedChecksumField, KeyedHashField
from crm.core.devices import device_of
from crm.core.ids import uuid7


class TokenFamilyQuerySet(models.QuerySet["TokenFamily"]):
    def live(self, at: datetime | None = None) -> Any:
        """What `TokenFamily.is_live` says, for rows."""
        now = at or timezone.now()
        return self.filter(
            revoked_at__isnull=True,
            expires_at__gt=now,
            started_at__gte=F("user__tokens_valid_from"),
            user__is_active=True,
            application__is_active=True,
        )


class TokenFamily(models.Model):
    """What one person granted to one client on one device: every token that followed, revoked as a whole.

    The row is also the lock that puts parallel refreshes in a line, and the source of truth: a token whose family
    is revoked, past `expires_at` or older than the person's last password change is dead whatever its own row says.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="token_families")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="token_families")
    scope = models.TextField()
    started_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=32, blank=True)
    address = models.CharField(max_length=64, blank=True)
    last_address = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=255, blank=True)

    objects = TokenFamilyQuerySet.as_manager()

    class Meta:
        ordering = ["-last_used_at", "pk"]
        verbose_name_plural = "token families"
        indexes = [models.Index(fields=["expires_at"], name="token_family_end")]

    def __str__(self) -> str:
        return f"{self.application} for {self.user}"

    @property
    def device(self) -> str:
        return device_of(self.agent)

    def is_live(self, at: datetime) -> bool:
        is_current = self.revoked_at is None and self.expires_at > at and self.started_at >= self.user.tokens_valid_from
        return is_current and self.user.is_active and self.application.is_active

    def revoke(self, reason: str, at: datetime | None = None) -> bool:
        """False when it was revoked before. Access tokens go at once; refresh tokens stay to recognise reuse."""
        now = at or timezone.now()
        families = TokenFamily.objects.filter(pk=self.pk, revoked_at__isnull=True)
        revoked = families.update(revoked_at=now, revoked_reason=reason)
        self.access_tokens.all().delete()
        return bool(revoked)


class Grant(AbstractGrant):
    """An authorization code. It stays after redemption, so that a replay can kill what it issued."""

    code = KeyedHashField(max_length=64, unique=True, editable=False)
    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE, null=True, blank=True, related_name="grants")
    redeemed_at = models.DateTimeField(null=True, blank=True)


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def live(self, at: datetime | None = None) -> Any:
        """Tokens that open doors now, with person, role and client joined: one query per request."""
        now = at or timezone.now()
        return self.select_related("user__role", "application", "family").filter(
            expires__gt=now,
            user__is_active=True,
            application__is_active=True,
            family__revoked_at__isnull=True,
            family__expires_at__gt=now,
            family__started_at__gte=F("user__tokens_valid_from"),
        )


class AccessToken(AbstractAccessToken):
    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE, related_name="access_tokens")
    token_checksum = KeyedChecksumField(max_length=64, unique=True, editable=False)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(token=""), name="access_token_unreadable")]

    @property
    def scopes(self) -> list[str]:
        """What was granted, less what the client has lost since."""
        allowed = set(self.application.scopes)
        return [scope for scope in self.scope.split() if scope in allowed]

    def revoke(self) -> None:
        self.family.revoke("revoked")


class RefreshToken(AbstractRefreshToken):
    """Used once. `revoked` is the moment of its use; presented again it revokes the family."""

    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE, related_name="refresh_tokens")
    token_checksum = KeyedChecksumField(max_length=64, unique=True, editable=False)
    token_family = None

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(token=""), name="refresh_token_unreadable")]

    def revoke(self) -> None:
        self.family.revoke("revoked")


class IDToken(AbstractIDToken):
    """Required by the library; no identity tokens are issued."""


class DeviceGrant(AbstractDeviceGrant):
    """Required by the library; the device flow is not offered."""

    class Meta(AbstractDeviceGrant.Meta):
        abstract = False
