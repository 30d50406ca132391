"""The trail of one record as a source of its timeline: what was done, in words."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst, get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from auditlog.models import AuditEvent
from auditlog.wording import HIDDEN, changes_for
from crm.core.actor import Actor
from crm.core.fields import PhoneField
from crm.core.formats import DASH, money, phone
from crm.core.timeline import Entry

Names = dict[tuple[type[Any], str], str]
LONGEST_VALUE = 80
# The history of stages tells these better, with the names of the stages.
TOLD_ELSEWHERE = ("deals.created", "deals.moved")
KIND_OF_VERB = {"labelled": "label", "moved": "stage", "won": "stage", "lost": "stage", "reopened": "stage"}


def events_of(actor: Actor, subject: Any, before: datetime | None, limit: int) -> list[Entry]:
    """One query, and one more for each kind of record that a change in it names."""
    about = AuditEvent.objects.for_actor(actor).filter(object_type=subject._meta.model_name, object_id=str(subject.pk))
    about = about.exclude(action__in=TOLD_ELSEWHERE)
    events = list((about.filter(at__lt=before) if before else about).order_by("-at", "-id")[:limit])
    names = _linked_names(actor, type(subject), events)
    return [_entry(actor, event, subject, names) for event in events]


def _entry(actor: Actor, event: AuditEvent, subject: Any, names: Names) -> Entry:
    verb = event.action.rpartition(".")[2]
    changes = changes_for(event, actor) if verb in ("updated", "labelled") else {}
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
    field = _field(model, name)
    return str(capfirst(field.verbose_name if field else name.replace("_", " ")))


def value_text(model: type[Any], name: str, value: Any, names: Names) -> str:
    """A stored value as people write it: a choice by its label, a link by its name, a day as a date."""
    if value in (None, "", []):
        return DASH
    if value == HIDDEN:
        return HIDDEN
    field = _field(model, name)
    if field is not None and field.is_relation:
        return names.get((field.related_model, str(value)), _("somebody or something you cannot see"))
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _shortened(_plain_text(field, value))


def _plain_text(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
    if isinstance(field, models.DateField) and (day := parse_date(str(value)[:10])):
        return date_format(day, "DATE_FORMAT")
    for kind, write in WRITTEN:
        if isinstance(field, kind):
            return write(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


WRITTEN: tuple[tuple[type[models.Field], Callable[[Any], str]], ...] = (
    (models.DecimalField, money),
    (PhoneField, phone),
    (models.IntegerField, lambda value: f"{value:,}" if isinstance(value, int) else str(value)),
)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_VALUE else f"{line[: LONGEST_VALUE - 1]}…"


def _linked_names(actor: Actor, model: type[Any], events: Iterable[AuditEvent]) -> Names:
    wanted: dict[type[Any], set[str]] = {}
    for event in events:
        if event.action.endswith(".updated"):
            for name, pair in json.loads(event.changes or "{}").items():
                field = _field(model, name)
                if field is not None and field.is_relation:
                    wanted.setdefault(field.related_model, set()).update(str(value) for value in pair if value)
    return {
        (linked, str(row.pk)): str(row)
        for linked, pks in wanted.items()
        for row in linked.objects.for_actor(actor).filter(pk__in=pks)
    }


def _field(model: type[Any], name: str) -> Any:
    return next((field for field in model._meta.concrete_fields if field.name == name), None)
