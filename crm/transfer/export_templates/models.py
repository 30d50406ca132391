"""Templates: a choice of records, format and columns under a name; one's own, or shared with a team."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from crm.core.actor import Actor
from crm.core.fields import LineField
from crm.core.records import Identified


class TemplateQuerySet(models.QuerySet[Any]):
    """One's own, and to read those that a team of one's own shares."""

    def for_actor(self, actor: Actor, action: str = "read") -> Self:
        if actor.id is None or not actor.may(f"exports:{action}"):
            return self.none()
        mine = Q(owner_id=actor.id)
        return self.filter(mine | Q(team_id__in=actor.team_ids) if action == "read" else mine)


class ExportTemplate(Identified):
    """`filters` are the parameters of the resource's list; they go before those of the saved view `view_id`.

    It says what to take, never who may take it: whoever runs it gets what they may export.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(
        settings.TEAM_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="shared with", help_text="Its members can use it, with their own rights.",
    )  # fmt: skip
    name = LineField(max_length=60)
    resource = models.CharField(max_length=20)
    format = models.CharField(max_length=10)
    filters = models.JSONField(default=dict, blank=True)
    view_id = models.UUIDField(null=True, blank=True)
    columns = models.JSONField(default=list)

    RESOURCE: ClassVar[str] = "exports"
    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "export template"
        indexes = [
            models.Index(fields=["owner", "name", "id"], name="export_template_of_owner"),
            models.Index(fields=["team", "name", "id"], name="export_template_of_team"),
        ]
        constraints = [models.UniqueConstraint("owner", Lower("name"), name="export_template_name_once")]

    def __str__(self) -> str:
        return self.name
