"""What a field was before: who changed it, when, and where the value came from, read from the trail of its record."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auditlog.models import AuditEvent
from auditlog.reading import VIEWED
from auditlog.timeline import Names, field_label, names_in, value_text
from auditlog.wording import changes_for
from crm.core.actor import Actor
from crm.core.custom_fields.definitions import every_definition_of, holds_custom_fields
from crm.core.errors import BadRequest
from crm.core.sensitive import hidden_fields, refuse_fields

SHOWN = 50
DOORS = {
    "page": gettext_lazy("by hand"),
    "api": gettext_lazy("API"),
    "mcp": gettext_lazy("AI agent"),
    "admin": gettext_lazy("administration"),
    "command": gettext_lazy("command"),
    "job": gettext_lazy("job"),
    "import": gettext_lazy("import"),
}
PLAIN = ("created", "updated", "deleted")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`before` and `after` are the stored values, `was` and `became` the same in words; `source` says where from."""

    event: str
    field: str
    label: str
    at: datetime
    actor: str
    door: str
    source: str
    before: Any
    after: Any
    was: str
    became: str


@dataclass(frozen=True, slots=True)
class History:
    """`next_before` reads on; None at the beginning of the record."""

    changes: list[FieldChange]
    next_before: datetime | None


# (record, events) → event id → where its values came from, in words.
Origins = Callable[[Any, list[AuditEvent]], dict[Any, str]]
_origins: list[Origins] = []


def name_origins_with(origins: Origins) -> None:
    """Registers who knows more about a door than its name, such as an import its file; called by crm.wiring only."""
    _origins.append(origins)


def history_of(actor: Actor, subject: Any, field: str = "", before: datetime | None = None) -> History:
    """Newest first, of one field or of all; one query of the trail, by its index of objects.

    Raises BadRequest (`invalid_parameter`) for an unknown field, Forbidden (`field_forbidden`) for a hidden one.
    """
    if field:
        _check(actor, subject, field)
    about = AuditEvent.objects.for_actor(actor).filter(object_type=subject._meta.model_name, object_id=str(subject.pk))
    about = about.exclude(action__endswith=f".{VIEWED}").exclude(changes="{}")
    if field:
        about = about.filter(changes__contains=f"{json.dumps(field)}:[")
    found = list((about.filter(at__lt=before) if before else about).order_by("-at", "-id")[: SHOWN + 1])
    events = found[:SHOWN]
    changes = list(_changes(actor, subject, events, field))
    return History(changes, events[-1].at if len(found) > SHOWN else None)


def fields_of(actor: Actor, subject: Any) -> list[tuple[str, str]]:
    """(name, label) of every field that has a history, without those the actor may not read."""
    model, hidden = type(subject), hidden_fields(actor, subject)
    names = [name for name in _known(model) if name not in hidden]
    return sorted(((name, field_label(model, name)) for name in names), key=lambda pair: pair[1].casefold())


def _known(model: type[Any]) -> list[str]:
    own = [one.name for one in model._meta.concrete_fields if one.editable and not one.primary_key]
    labels = ["labels"] if any(one.name == "labels" for one in model._meta.many_to_many) else []
    added = [one.name for one in every_definition_of(model)] if holds_custom_fields(model) else []
    return [*own, *labels, *added]


def _check(actor: Actor, subject: Any, field: str) -> None:
    if field not in _known(type(subject)):
        details = [{"field": "field", "code": "unknown_field", "message": "There is no such field."}]
        raise BadRequest("There is no such field.", code="invalid_parameter", details=details)
    refuse_fields(hidden_fields(actor, subject) & {field})


def _changes(actor: Actor, subject: Any, events: list[AuditEvent], field: str) -> Iterator[FieldChange]:
    model, names = type(subject), names_in(actor, type(subject), events)
    origins = _origins_of(subject, events)
    for event in events:
        told = changes_for(event, actor)
        for name in [field] if field else told:
            yield _change(model, event, name, told[name], names, origins.get(event.pk) or _source(event))


def _change(model: type[Any], event: AuditEvent, name: str, pair: list[Any], names: Names, source: str) -> FieldChange:
    return FieldChange(
        event=str(event.pk),
        field=name,
        label=field_label(model, name),
        at=event.at,
        actor=event.actor_label,
        door=event.door,
        source=source,
        before=pair[0],
        after=pair[1],
        was=value_text(model, name, pair[0], names),
        became=value_text(model, name, pair[1], names),
    )


def _origins_of(subject: Any, events: Iterable[AuditEvent]) -> dict[Any, str]:
    found: dict[Any, str] = {}
    for origins in _origins:
        found |= origins(subject, list(events))
    return found


def _source(event: AuditEvent) -> str:
    """`API, client:ERP` or, of what was no plain edit, `merged, by hand`."""
    verb = event.action.rpartition(".")[2]
    word = "" if verb in PLAIN else _(verb.replace("_", " "))
    return ", ".join(filter(None, (word, str(DOORS.get(event.door, event.door)), event.on_behalf_of)))
