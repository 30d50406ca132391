"""Teams that own records, roles that grant permissions, and who is a member of what."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from crm.core.fields import LineField
from crm.core.permissions import PERMISSIONS, Reach
from crm.core.records import ActorQuerySet, Identified, SharedQuerySet


class TeamQuerySet(ActorQuerySet):
    """A team's own id is its team; people see the teams they are members of."""

    def for_actor(self, actor: Any, action: str = "read") -> Any:
        reach = actor.reach(f"teams:{action}")
        if reach is Reach.ALL:
            return self.all()
        return self.filter(pk__in=actor.team_ids) if reach > Reach.NONE else self.none()


class Team(Identified):
    name = LineField(max_length=100, unique=True)
    country = models.CharField(max_length=2, blank=True, help_text="Reads phone numbers without a country code.")

    RESOURCE: ClassVar[str] = "teams"
    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


REACHES = frozenset(reach.name.lower() for reach in Reach)


def is_reach(value: Any) -> bool:
    return isinstance(value, str) and value in REACHES


def validate_grants(grants: Any) -> None:
    """`{"customers:read": "team"}`: known permissions, known reaches."""
    if not isinstance(grants, dict):
        raise ValidationError("Grants map a permission to a reach.", code="invalid_grants")
    unknown = sorted(set(grants) - PERMISSIONS)
    wrong = sorted(name for name, reach in grants.items() if not is_reach(reach))
    if unknown or wrong:
        raise ValidationError(f"Not a permission or reach: {', '.join(unknown + wrong)}.", code="invalid_grants")


class Role(Identified):
    """A named set of grants. Built-in roles are seeded from accounts.roles and may be edited."""

    name = models.SlugField(max_length=50, unique=True)
    label = LineField(max_length=100)
    description = LineField(max_length=255, blank=True)
    grants = models.JSONField(default=dict, validators=[validate_grants])

    RESOURCE: ClassVar[str] = "roles"
    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label


class Membership(models.Model):
    """The first team a person joined is their home: new records go there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
