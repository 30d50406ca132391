"""The trail of one record as a source of its timeline: what was done, in words."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _

from auditlog.models import AuditEvent
from auditlog.reading import VIEWED
from auditlog.wording import HIDDEN, changes_for
from crm.core.actor import Actor
from crm.core.custom_fields.definitions import definition_kept
from crm.core.custom_fields.showing import REFERENCES
from crm.core.custom_fields.showing import in_words as custom_in_words
from crm.core.custom_fields.writing import referred_model
from crm.core.fields import PhoneField
from crm.core.formats import DASH, day, moment, money, phone
from crm.core.former_ids import ids_of
from crm.core.row_fields import in_words
from crm.core.timeline import Entry

Names = dict[tuple[type[Any], str], str]
LONGEST_VALUE = 80
UUID_ALONE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
# The history of stages tells these better, with the names of the stages.
TOLD_ELSEWHERE = Q(action__in=("deals.created", "deals.moved"))
WITH_CHANGES = ("updated", "labelled", "consent_recorded")
KIND_OF_VERB = {"labelled": "label", "moved": "stage", "won": "stage", "lost": "stage", "reopened": "stage"}


def events_of(actor: Actor, subject: Any, before: datetime | None, limit: int) -> list[Entry]:
    """Of what was merged into the record, too. Two queries, and one for each kind of record that a change names."""
    about = AuditEvent.objects.for_actor(actor)
    about = about.filter(object_type=subject._meta.model_name, object_id__in=ids_of(subject))
    about = about.exclude(TOLD_ELSEWHERE | Q(action__endswith=f".{VIEWED}"))
    events = list((about.filter(at__lt=before) if before else about).order_by("-at", "-id")[:limit])
    names = names_in(actor, type(subject), [event for event in events if event.action.endswith(".updated")])
    return [_entry(actor, event, subject, names) for event in events]


def _entry(actor: Actor, event: AuditEvent, subject: Any, names: Names) -> Entry:
    verb = event.action.rpartition(".")[2]
    changes = changes_for(event, actor) if verb in WITH_CHANGES else {}
    return Entry(
        kind=KIND_OF_VERB.get(verb, verb),
        at=event.at,
        actor_label=event.actor_label,
        summary=_summary(verb, subject, changes),
        body="" if verb == "labelled" else _body(type(subject), changes, names),
    )


def _summary(verb: str, subject: Any, changes: dict[str, list[Any]]) -> str:
    noun = subject._meta.verbose_name
    match verb:
        case "updated":
            fields = [field_label(type(subject), name) for name in changes]
            return _("changed %s") % get_text_list([field[0].lower() + field[1:] for field in fields], _("and"))
        case "labelled":
            return _labelled(*changes.get("labels", ([], [])))
        case "consent_recorded":
            return _("noted what this %s agreed to") % noun
        case _:
            return _("%(verb)s this %(noun)s") % {"verb": _(verb.replace("_", " ")), "noun": noun}


def _labelled(before: list[str], after: list[str]) -> str:
    added = get_text_list([name for name in after if name not in before], _("and"))
    removed = get_text_list([name for name in before if name not in after], _("and"))
    parts = [_("added the label %s") % added if added else "", _("removed the label %s") % removed if removed else ""]
    return "; ".join(filter(None, parts)) or _("changed the labels")


def _body(model: type[Any], changes: dict[str, list[Any]], names: Names) -> str:
    lines = (
        f"{field_label(model, name)}: {value_text(model, name, before, names)}"
        f" → {value_text(model, name, after, names)}"
        for name, (before, after) in changes.items()
    )
    return "\n".join(lines)


def field_label(model: type[Any], name: str) -> str:
    if definition := definition_kept(model, name):
        return definition.label
    field = _field(model, name)
    return str(capfirst(field.verbose_name if field else name.replace("_", " ")))


def value_text(model: type[Any], name: str, value: Any, names: Names) -> str:
    """A stored value as people write it: a choice by its label, a link by its name, a day as a date."""
    if value in (None, "", []):
        return DASH
    if value == HIDDEN:
        return HIDDEN
    if definition := definition_kept(model, name):
        linked = referred_model(definition) if definition.type in REFERENCES else None
        named = names.get((linked, str(value)), "") if linked else ""
        return _shortened(named or custom_in_words(definition, value, {}))
    field = _field(model, name)
    if field is not None and field.is_relation:
        unseen = _("somebody or something you cannot see") if _is_id(value) else str(value)
        return names.get((field.related_model, str(value)), unseen)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _shortened(_plain_text(field, value))


def _plain_text(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateTimeField) and (at := parse_datetime(str(value))):
        return moment(at)
    if isinstance(field, models.DateField) and (on := parse_date(str(value)[:10])):
        return day(on)
    for kind, write in WRITTEN:
        if isinstance(field, kind):
            return write(value)
    return "; ".join(map(in_words, value)) if isinstance(value, list) else str(value)


WRITTEN: tuple[tuple[type[models.Field], Callable[[Any], str]], ...] = (
    (models.DecimalField, money),
    (PhoneField, phone),
    (models.IntegerField, lambda value: f"{value:,}" if isinstance(value, int) else str(value)),
)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_VALUE else f"{line[: LONGEST_VALUE - 1]}…"


def names_in(actor: Actor, model: type[Any], events: Iterable[AuditEvent]) -> Names:
    """Names of the records that changes in these events name, as far as the actor sees them; a query per kind."""
    wanted: dict[type[Any], set[str]] = {}
    for event in events:
        for name, pair in json.loads(event.changes or "{}").items():
            if linked := _linked_model(model, name):
                wanted.setdefault(linked, set()).update(filter(_is_id, pair))
    return {
        (linked, str(row.pk)): str(row)
        for linked, pks in wanted.items()
        for row in linked.objects.for_actor(actor).filter(pk__in=pks)
    }


def _is_id(value: Any) -> bool:
    """Some events tell a name instead, as of the stage that a deal was moved to."""
    return isinstance(value, str) and UUID_ALONE.fullmatch(value) is not None


def _linked_model(model: type[Any], name: str) -> Any:
    if definition := definition_kept(model, name):
        return referred_model(definition) if definition.type in REFERENCES else None
    field = _field(model, name)
    return field.related_model if field is not None and field.is_relation else None


def _field(model: type[Any], name: str) -> Any:
    return next((field for field in model._meta.concrete_fields if field.name == name), None)
