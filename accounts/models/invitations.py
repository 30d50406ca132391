"""Who was asked to join, in which role and teams."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.teams import Role, Team
from accounts.oauth.keyed_hash import KeyedHashField
from crm.core.actor import Actor
from crm.core.fields import EmailAddressField
from crm.core.permissions import Reach
from crm.core.records import Identified

LIFETIME = timedelta(days=7)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """For those who may write people: every invitation, or those into a team of theirs."""

    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        reach = actor.reach("users:write")
        if reach is Reach.ALL:
            return self.all()
        if reach is Reach.TEAM:
            into_theirs = Invitation.teams.through.objects.filter(team_id__in=actor.team_ids)
            return self.filter(pk__in=into_theirs.values("invitation_id"))
        return self.none()

    def in_state(self, state: str, at: datetime | None = None) -> Any:
        now = at or timezone.now()
        unanswered = Q(accepted_at__isnull=True, withdrawn_at__isnull=True)
        conditions = {
            "open": unanswered & Q(expires_at__gt=now),
            "expired": unanswered & Q(expires_at__lte=now),
            "accepted": Q(accepted_at__isnull=False),
            "withdrawn": Q(withdrawn_at__isnull=False),
        }
        return self.filter(conditions[state])


class Invitation(Identified):
    """Answered once, within LIFETIME. Its token is known to the mail alone; here is a keyed hash."""

    email = EmailAddressField("e-mail", max_length=254)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    teams = models.ManyToManyField(Team, related_name="+", blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    token_hash = KeyedHashField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    RESOURCE: ClassVar[str] = "users"
    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_unanswered_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True), name="invitation_answered_once"
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="invitation_newest")]

    def __str__(self) -> str:
        return self.email

    @classmethod
    def permission_to(cls, action: str) -> str:
        """Reading them says who will come: for those who invite, not for every colleague."""
        return "users:write"

    @property
    def state(self) -> str:
        return self.state_at(timezone.now())

    def state_at(self, at: datetime) -> str:
        if self.accepted_at or self.withdrawn_at:
            return "accepted" if self.accepted_at else "withdrawn"
        return "open" if self.expires_at > at else "expired"
