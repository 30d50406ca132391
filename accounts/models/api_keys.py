"""Keys for people's own scripts, and how often each was used on each day."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.teams import Membership, Team
from crm.core.actor import Actor
from crm.core.fields import LineField
from crm.core.permissions import NEVER_BY_KEY, PERMISSIONS, Reach
from crm.core.records import Identified

DEFAULT_DAYS = 90
MOST_DAYS = 365
OVERLAP_DAYS = 7


class KeyEnd(models.TextChoices):
    REVOKED = "revoked", "Revoked"
    LEAKED = "leaked", "Reported as leaked"
    IDLE = "idle", "Unused for 60 days"
    DEACTIVATED = "deactivated", "Person deactivated"
    SIGNED_OUT = "signed_out", "Signed out everywhere by an administrator"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        """Every key, those of the members of the actor's teams, or one's own."""
        reach = actor.reach(f"apikeys:{action}")
        if reach is Reach.ALL:
            return self.all()
        if reach is Reach.TEAM:
            return self.filter(user_id__in=Membership.objects.filter(team__in=actor.team_ids).values("user_id"))
        return self.own(actor) if reach is Reach.OWN else self.none()

    def own(self, actor: Actor) -> Any:
        return self.filter(user_id=actor.id) if actor.id else self.none()

    def live(self, at: datetime) -> Any:
        return self.filter(revoked_at__isnull=True, expires_at__gt=at, user__is_active=True)

    def ended(self, at: datetime) -> Any:
        return self.exclude(pk__in=self.live(at).values("pk"))


def validate_scopes(scopes: Any) -> None:
    if not isinstance(scopes, list) or (unknown := sorted(set(map(str, scopes)) - PERMISSIONS)):
        raise ValidationError(f"Not a scope: {', '.join(unknown)}.", code="unknown_scope")


class ApiKey(Identified):
    """Acts for `user` with role ∩ scopes, and in `team` alone where one is named. No scope means no access at all.

    The key itself is nowhere: `digest` recognises it, `hint` are its last four characters.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    # Never SET_NULL: a key must not reach further because its team is gone.
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = LineField(max_length=100)
    scopes = models.JSONField(default=list, blank=True, validators=[validate_scopes])
    allowed_networks = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    pepper_id = models.CharField(max_length=16, editable=False)
    hint = models.CharField(max_length=4, editable=False)
    created_by = LineField(max_length=255, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_address = models.CharField(max_length=64, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_reason = models.CharField(max_length=16, choices=KeyEnd, blank=True, editable=False)
    replaced_by = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="replaces"
    )
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "apikeys"
    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "pk"]
        verbose_name = "api key"
        indexes = [
            models.Index(fields=["user", "-created_at"], name="api_key_of_person"),
            models.Index(fields=["-created_at", "id"], name="api_key_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_reason="")),
                name="api_key_end_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_live(self, at: datetime) -> bool:
        return self.revoked_at is None and self.expires_at > at and self.user.is_active

    def state(self, at: datetime | None = None) -> str:
        """revoked, expired, replaced (the overlap of a rotation), or active."""
        now = at or timezone.now()
        if self.revoked_at is not None or not self.user.is_active:
            return "revoked"
        if self.expires_at <= now:
            return "expired"
        return "replaced" if self.replaced_by_id else "active"

    @property
    def usable_scopes(self) -> list[str]:
        return [scope for scope in self.scopes if scope not in NEVER_BY_KEY]


class ApiKeyUse(models.Model):
    """Requests of one key on one day (UTC)."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="uses")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["key", "day"]
        constraints = [models.UniqueConstraint(fields=["key", "day"], name="api_key_day_once")]

    def __str__(self) -> str:
        return f"{self.key} on {self.day}"
