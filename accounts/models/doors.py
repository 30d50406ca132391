"""Who tried which sign-in from where: the counters of the password door, kept in the database so that they outlive
a cache."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.people import User
from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.core.permissions import Reach

DIGEST = "digest:"


class LoginDoorQuerySet(models.QuerySet["LoginDoor"]):
    def for_actor(self, actor: Actor, action: str = "manage") -> Any:
        """Those of the people the actor may act on; of addresses that belong to nobody with reach ALL alone."""
        if actor.reach(f"users:{action}") is Reach.ALL:
            return self.all()
        return self.filter(user__in=User.objects.for_actor(actor, action).values("pk"))


class LoginDoor(models.Model):
    """One person as typed, from one network. `failures` are the attempts since the last success, counted before
    the password is checked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.CharField(max_length=254)
    network = models.CharField(max_length=64, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="login_doors")
    failures = models.PositiveSmallIntegerField(default=0)
    last_attempt_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(null=True)
    locked_until = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    keep_until = models.DateTimeField(default=timezone.now)

    objects = LoginDoorQuerySet.as_manager()

    class Meta:
        verbose_name = "sign-in"
        constraints = [models.UniqueConstraint(fields=["person", "network"], name="login_door_once")]
        indexes = [
            models.Index(fields=["locked_until", "id"], name="login_door_locked"),
            models.Index(fields=["keep_until"], name="login_door_keep"),
        ]

    def __str__(self) -> str:
        return f"{self.label or 'No address'} from {self.network or 'nowhere known'}"

    @property
    def label(self) -> str:
        """The address as typed; what was typed but is none may be a password, and is only a digest."""
        return "" if self.person.startswith(DIGEST) else self.person


class LoginHistory(models.Model):
    """One person as typed, from everywhere, over the last day: when passwords were checked and links were mailed.

    Both are lists of seconds since 1970, oldest first.
    """

    person = models.CharField(max_length=254, primary_key=True)
    checks = models.JSONField(default=list)
    links = models.JSONField(default=list)
    keep_until = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["keep_until"], name="login_history_keep")]

    def __str__(self) -> str:
        return self.person
