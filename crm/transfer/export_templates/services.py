"""Every mutation of a template: export_template_<action>(actor, …)."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from auditlog import writes
from auditlog.services import last_words, record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.errors import Forbidden, NotFound, invalid_field
from crm.transfer.export_templates.errors import TooManyTemplates
from crm.transfer.export_templates.models import ExportTemplate
from crm.transfer.export_templates.ordering import order_of
from crm.transfer.exports.selecting import exporter_for
from crm.transfer.exports.services import checked_columns, checked_format
from crm.transfer.schedules.stopping import template_gone

MOST_TEMPLATES = 200


@transaction.atomic
def export_template_create(
    actor: Actor,
    *,
    name: str,
    resource: str,
    format: str = "csv",
    filters: Mapping[str, str] | None = None,
    view: UUID | None = None,
    columns: Sequence[str] | None = None,
    team: Any = None,
) -> ExportTemplate:
    """Raises Invalid, Forbidden, Conflict (`already_exists`, `too_many_export_templates`)."""
    exporter = exporter_for(actor, resource)
    _ensure_room(actor)
    _ensure_own_team(actor, team)
    new = ExportTemplate(
        owner_id=cast(UUID, actor.id),
        resource=resource,
        format=checked_format(exporter, format),
        filters=dict(filters or {}),
        view_id=view,
        columns=checked_columns(actor, exporter, columns),
    )
    _ensure_sound(actor, new)
    return writes.create(actor, new, {"name": name, "team": team})


@transaction.atomic
def export_template_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any
) -> ExportTemplate:
    """Its name, its team, and what it takes; its resource stays. Raises as creation does, and NotFound, Stale."""
    template = _own(actor, pk, version)
    if "resource" in values and values["resource"] != template.resource:
        raise invalid_field("resource", "A template stays with its records.", "read_only")
    _ensure_own_team(actor, values.get("team"))
    if "view" in values:
        values["view_id"] = values.pop("view")
    writes.apply(actor, template, values)
    if set(values) - {"name", "team"}:
        exporter = exporter_for(actor, template.resource)
        checked_format(exporter, template.format)
        checked_columns(actor, exporter, template.columns)
        _ensure_sound(actor, template)
    return template


@transaction.atomic
def export_template_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    """Schedules that run it are stopped, and say so. Raises NotFound, Forbidden, Stale."""
    template = _own(actor, pk, version)
    template_gone(actor, template)
    record(actor, "export_templates.deleted", template, last_words(template))
    template.delete()


def _own(actor: Actor, pk: UUID | str, version: int | None) -> ExportTemplate:
    template = fetch_locked(ExportTemplate, actor, "write", pk, version)
    if template.owner_id != actor.id:
        raise Forbidden("Only who made a template may change it.")
    return template


def _ensure_sound(actor: Actor, template: ExportTemplate) -> None:
    try:
        order_of(actor, template)
    except NotFound:
        raise invalid_field("view", "There is no such view of these records.", "unknown_reference") from None


def _ensure_own_team(actor: Actor, team: Any) -> None:
    if team is not None and team.pk not in actor.team_ids:
        raise invalid_field("team", "Share it with a team of your own.", "unknown_reference")


def _ensure_room(actor: Actor) -> None:
    if actor.id is None:
        raise Forbidden("Not allowed: only a person can keep templates.")
    if ExportTemplate.objects.filter(owner_id=actor.id).count() >= MOST_TEMPLATES:
        raise TooManyTemplates()
