"""Browser sessions: one row each, with where and when it was used; its data, and the key that opens it, unreadable."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models.people import User
from accounts.oauth.keyed_hash import KeyedHashField
from crm.core.actor import Actor
from crm.core.devices import device_of
from crm.core.encryption import EncryptedTextField
from crm.core.records import Identified

IDLE, ABSOLUTE = "idle", "absolute"


class SessionQuerySet(models.QuerySet["Session"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        """One's own; with `users:manage` those of the people it reaches. Without the data, which nobody reads."""
        of_others = Q(user__in=User.objects.for_actor(actor, "manage"))
        return self.defer("data").filter(of_others | Q(user=actor.id) if actor.id else of_others)

    def live_of(self, user: User, at: datetime | None = None) -> Any:
        """Those of one person that a request could still be made with."""
        now = at or timezone.now()
        if not user.is_active:
            return self.none()
        return self.filter(
            user=user,
            auth_hash__in=_auth_hashes(user),
            last_used_at__gt=now - settings.SESSION_IDLE,
            created_at__gt=now - settings.SESSION_ABSOLUTE,
        )


class Session(Identified):
    """`created_at` is the sign-in. `user` is empty, and `auth_hash` too, until somebody has signed in.

    `auth_hash` is Django's: it changes with the password and with `User.tokens_valid_from`, which ends the session.
    """

    key = KeyedHashField(max_length=64, unique=True, editable=False)
    data = EncryptedTextField(editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    auth_hash = models.CharField(max_length=128, blank=True, editable=False)
    last_used_at = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=255, blank=True)

    RESOURCE: ClassVar[str] = "users"
    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-last_used_at", "pk"]
        indexes = [models.Index(fields=["last_used_at"], name="session_last_used")]

    def __str__(self) -> str:
        return f"{self.device}, {self.address}".removesuffix(", ")

    @property
    def device(self) -> str:
        """The agent in words: Firefox on Windows."""
        return device_of(self.agent)

    @property
    def expires_at(self) -> datetime:
        """When it ends if it is not used again."""
        return min(self.last_used_at + settings.SESSION_IDLE, self.created_at + settings.SESSION_ABSOLUTE)

    def over(self, at: datetime) -> str:
        """Which limit it has passed: `idle`, `absolute`, or none."""
        if at >= self.created_at + settings.SESSION_ABSOLUTE:
            return ABSOLUTE
        return IDLE if at >= self.last_used_at + settings.SESSION_IDLE else ""

    def is_live(self, at: datetime) -> bool:
        if self.over(at) or self.user is None or not self.user.is_active:
            return False
        return any(constant_time_compare(self.auth_hash, known) for known in _auth_hashes(self.user))


def _auth_hashes(user: User) -> list[str]:
    return [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
