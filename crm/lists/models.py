"""Saved views: filters, search, order and columns of a list under a name; private, or a team's."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.fields import LineField
from crm.core.permissions import Reach
from crm.core.records import Identified

# Lists that have views, by the word of their permission.
LISTS = ("customers", "contacts", "leads", "deals", "activities")


def manages(actor: Actor, resource: str) -> bool:
    """Whether the actor answers for all records of the team, not just their own."""
    return actor.reach(f"{resource}:delete") >= Reach.TEAM


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        """One's own, and those of one's teams, of lists one may read; a team's view is changed by its author, and by
        who may delete any of the team's records."""
        if actor.id is None:
            return self.none()
        readable = [name for name in LISTS if actor.may(f"{name}:read")]
        kept = self.filter(resource__in=readable, deleted_at__isnull=True)
        shared = Q(team_id__in=actor.team_ids)
        if action != "read":
            shared &= Q(resource__in=[name for name in readable if manages(actor, name)])
        return kept.filter(Q(owner_id=actor.id) | shared)


class Visibility(models.TextChoices):
    PRIVATE = "private", _("Only me")
    TEAM = "team", _("My team, in the list of views")
    PINNED = "pinned", _("My team, as a tab for everybody")


class SavedView(Identified):
    """`filters` are the list's own parameters; an empty `ordering` or `columns` is the list's default.

    It says what to look for, never who may see it: whoever opens it sees what they may see.
    """

    resource = models.CharField(max_length=32, choices=[(name, name) for name in LISTS])
    name = LineField(max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(settings.TEAM_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    filters = models.JSONField(default=dict, blank=True)
    search = models.CharField(max_length=200, blank=True)
    ordering = models.CharField(max_length=64, blank=True)
    columns = models.JSONField(default=list, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "customers"
    objects: ClassVar[Any] = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = "view"
        indexes = [
            models.Index(fields=["resource", "owner", "name"], name="view_of_owner"),
            models.Index(fields=["resource", "team", "name"], name="view_of_team"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(visibility="private", team__isnull=True) | ~Q(visibility="private") & Q(team__isnull=False),
                name="view_is_private_or_of_a_team",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """The view in which a list opens for one person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    resource = models.CharField(max_length=32, choices=[(name, name) for name in LISTS])
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="defaults")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "resource"], name="default_view_once")]

    def __str__(self) -> str:
        return f"{self.view} for {self.user}"
