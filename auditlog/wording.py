"""Events in readable words: what was done, to what, and each change as people know the field."""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from auditlog.alerts.data import rule_title
from auditlog.models import AuditEvent
from auditlog.writes import event_word
from crm.core.actor import Actor
from crm.core.custom_fields.definitions import Definition, definition_kept
from crm.core.custom_fields.showing import REFERENCES
from crm.core.custom_fields.showing import in_words as custom_in_words
from crm.core.formats import moment
from crm.core.row_fields import in_words as row_in_words
from crm.core.sensitive import hidden_fields, sensitive_fields

DOORS = ("page", "api", "mcp", "admin", "command", "job", "import")
CREDENTIALS = ("session", "token", "key", "none")
VERBS = ("created", "updated", "archived", "restored", "deleted")
LONGEST_SHOWN = 500
HIDDEN = "•••"
SPELLED = {"api": "API", "mcp": "MCP", "oauth": "OAuth"}

# Values that are a name in code → their words.
CODED = {("alert", "rule"): rule_title}

Row = tuple[str, str, str]


@cache
def audited_models() -> dict[str, type[models.Model]]:
    """Model name → model, for everything with a word in the permission vocabulary."""
    return {str(model._meta.model_name): model for model in apps.get_models() if hasattr(model, "RESOURCE")}


def known_actions() -> list[str]:
    """What the action filter suggests."""
    words = {str(model._meta.verbose_name_plural).replace(" ", "_") for model in audited_models().values()}
    return sorted(f"{word}.{verb}" for word in words for verb in VERBS)


def in_words(action: str) -> str:
    """`customers.signed_out` → `signed out`."""
    return action.rpartition(".")[2].replace("_", " ")


def action_label(action: str) -> str:
    """`api_keys.rotated` → `API key rotated`; what is no model of ours by its own word."""
    words, _dot, _verb = action.rpartition(".")
    model = _models_by_plural().get(words.lower())
    noun = _titled(str(model._meta.verbose_name)) if model else words.replace("_", " ")
    return f"{noun} {in_words(action)}".strip()


@cache
def _models_by_plural() -> dict[str, type[models.Model]]:
    """The first part of an action, which is English whoever reads it, → what it is about."""
    with override(None):
        return {event_word(model): model for model in audited_models().values()}


def _titled(noun: str) -> str:
    first, space, rest = noun.partition(" ")
    return f"{SPELLED.get(first, capfirst(first))}{space}{rest}"


def noun_of(object_type: str) -> str:
    model = audited_models().get(object_type)
    return str(model._meta.verbose_name) if model else object_type


def address_of(event: AuditEvent) -> str:
    """The page of what the event is about, or nothing when it has none or is gone."""
    model = audited_models().get(event.object_type)
    if model is None or event.action.endswith(".deleted"):
        return ""
    try:
        return reverse(f"{str(model._meta.verbose_name_plural).replace(' ', '_')}:detail", args=[event.object_id])
    except NoReverseMatch:
        return ""


def changes_for(event: AuditEvent, actor: Actor) -> dict[str, list[Any]]:
    """Field → [before, after]; what the reader may not see in the record itself is a marker here, too."""
    changes = json.loads(event.changes or "{}")
    model = audited_models().get(event.object_type)
    if model is None or not sensitive_fields(model).intersection(changes):
        return changes
    owned = SimpleNamespace(team_id=event.team_id, owner_id=None)
    hidden = hidden_fields(actor, owned, model)
    return {name: [v and HIDDEN for v in pair] if name in hidden else pair for name, pair in changes.items()}


def changed_fields(event: AuditEvent, most: int = 3) -> str:
    """Nothing for what was made or removed as a whole."""
    if event.action.endswith((".created", ".deleted")):
        return ""
    names = [_label(event, name) for name in json.loads(event.changes or "{}")]
    more = len(names) - most
    return ", ".join(names[:most]) + (_(" and %d more") % more if more > 0 else "")


def diff(event: AuditEvent, actor: Actor) -> list[Row]:
    """(field, before, after) in words; linked records by name where the reader may see them."""
    changes = changes_for(event, actor)
    names = _linked_names(event, changes, actor)

    def shown(name: str, value: Any) -> str:
        return _value(event, name, value, names.get(name, {}))

    return [(_label(event, name), shown(name, before), shown(name, after)) for name, (before, after) in changes.items()]


def _field(event: AuditEvent, name: str) -> models.Field | None:
    model = audited_models().get(event.object_type)
    try:
        return model._meta.get_field(name) if model else None  # type: ignore[return-value]
    except FieldDoesNotExist:
        return None


def _definition(event: AuditEvent, name: str) -> Definition | None:
    model = audited_models().get(event.object_type)
    return definition_kept(model, name) if model else None


def _label(event: AuditEvent, name: str) -> str:
    if definition := _definition(event, name):
        return definition.label
    field = _field(event, name)
    return capfirst(str(getattr(field, "verbose_name", "") or name.replace("_", " ")))


def _value(event: AuditEvent, name: str, value: Any, names: dict[str, str]) -> str:
    if value is None or value == "":
        return ""
    if value != HIDDEN and (definition := _definition(event, name)) and definition.type not in REFERENCES:
        return custom_in_words(definition, value, {})[:LONGEST_SHOWN]
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return "; ".join(map(row_in_words, value))
    if (event.object_type, name) in CODED:
        return CODED[event.object_type, name](str(value))
    text = names.get(str(value)) or str(dict(getattr(_field(event, name), "flatchoices", ())).get(value, value))
    return _moment(text)[:LONGEST_SHOWN]


def _moment(text: str) -> str:
    at = _parsed(text) if "T" in text else None
    return moment(at) if at and at.tzinfo else text


def _parsed(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _linked_names(event: AuditEvent, changes: dict[str, list[Any]], actor: Actor) -> dict[str, dict[str, str]]:
    """Field → id → name, one query per linked table."""
    return {name: _names(_field(event, name), pair, actor) for name, pair in changes.items()}


def _names(field: models.Field | None, pks: Iterable[Any], actor: Actor) -> dict[str, str]:
    target = getattr(field, "related_model", None)
    wanted = [pk for pk in pks if isinstance(pk, str)]
    if not wanted or not isinstance(target, type) or not hasattr(getattr(target, "objects", None), "for_actor"):
        return {}
    try:
        return {str(row.pk): str(row) for row in target.objects.for_actor(actor).filter(pk__in=wanted)}  # type: ignore[attr-defined]
    except (ValidationError, ValueError):
        return {}
