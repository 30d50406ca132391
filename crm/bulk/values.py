"""What an act is given, as JSON while it waits; as records, days and numbers when it runs; and in words."""

import json
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.bulk.acts import Act, Kind, Values
from crm.core.actor import Actor
from crm.core.custom_fields.definitions import COLUMN, PREFIX, definition_named
from crm.core.errors import invalid_field
from crm.core.formats import day, moment


class _Encoder(DjangoJSONEncoder):
    """A phone number and the like are kept as they are written."""

    def default(self, value: Any) -> Any:
        if isinstance(value, models.Model):
            return str(value.pk)
        try:
            return super().default(value)
        except TypeError:
            return str(value)


def frozen(values: Values) -> Values:
    kept: Values = json.loads(json.dumps(values, cls=_Encoder))
    return kept


def thawed(actor: Actor, kind: Kind, act: Act, kept: Values) -> Values:
    """Raises Invalid (`unknown_reference`) for a record that the actor does not see, or that is gone."""
    return {name: _thawed(actor, model_of(kind, act, name), name, value) for name, value in kept.items()}


def model_of(kind: Kind, act: Act, name: str) -> type[Any] | None:
    """Of what record a value is the id; None for what is no link."""
    if name in act.links:
        return act.links[name]
    found = None if name == COLUMN else kind.model._meta.get_field(name)
    return found.related_model if found is not None and found.is_relation else None


def _thawed(actor: Actor, model: type[Any] | None, name: str, value: Any) -> Any:
    if model is None or value is None:
        return value
    try:
        found = model.objects.for_actor(actor).filter(pk=value).first()
    except (ValidationError, ValueError, TypeError):
        found = None
    if found is None:
        raise invalid_field(f"values.{name}", "There is no such record.", "unknown_reference")
    return found


def in_words(kind: Kind, act: Act, values: Values) -> str:
    """`Change: Status Active`."""
    said = ", ".join(_said(kind, act, values))
    return f"{act.title}: {said}" if said else str(act.title)


def _said(kind: Kind, act: Act, values: Values) -> Iterator[str]:
    for name, value in values.items():
        if name == COLUMN:
            yield from (_custom(kind, key, one) for key, one in value.items())
        elif name in act.links:
            yield str(value)
        else:
            field: Any = kind.model._meta.get_field(name)
            yield f"{capfirst(field.verbose_name)} {_shown(_named(field, value))}"


def _named(field: Any, value: Any) -> Any:
    if isinstance(field, models.DateField):
        at = field.to_python(value)
        return moment(at) if isinstance(field, models.DateTimeField) else day(at)
    choices = {str(key): str(label) for key, label in field.flatchoices}
    return choices.get(str(value), value)


def _custom(kind: Kind, key: str, value: Any) -> str:
    definition = definition_named(kind.model, PREFIX + key)
    choice = definition.choice(value) if definition and isinstance(value, str) else None
    return f"{definition.label if definition else key} {_shown(choice.label if choice else value)}"


def _shown(value: Any) -> str:
    return _("empty") if value in (None, "", []) else str(value)
