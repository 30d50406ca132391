"""From what came in to the values of a lead: by name or dotted path, text by text, and why something does not fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from crm.capture.mapping import CONSENT, custom_fields
from crm.capture.models import LeadSource
from crm.core.custom_fields.definitions import COLUMN, PREFIX, Definition, FieldType
from crm.core.custom_fields.values import clean_value
from crm.core.errors import Detail, from_validation_error
from crm.core.fields import SURROGATES
from customers.models import Lead

YES, NO = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
MISSING: tuple[Any, ...] = (None, "", [])


@dataclass(slots=True)
class Read:
    """`values` are for `lead_create`; with `faults` it cannot become a lead as it is."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Detail] = field(default_factory=list)
    consented: bool = False


def read_values(source: LeadSource, raw: Mapping[str, Any]) -> Read:
    """`raw` is {field: what came for it}."""
    found, known = Read(), custom_fields()
    for one in source.mapping:
        name, value = one["field"], raw.get(one["field"])
        if fault := _fault_in(name, value, one["required"], known):
            found.faults.append(fault)
        elif name == CONSENT:
            found.consented = is_yes(value)
        elif value not in MISSING:
            _take(found, name, value, known)
    return found


def _take(found: Read, name: str, value: Any, known: Mapping[str, Definition]) -> None:
    """Judged by the field itself, here and not in the service only, so that all mistakes are told at once."""
    try:
        if definition := known.get(name):
            clean_value(definition, typed := _custom(definition, value))
            found.values.setdefault(COLUMN, {})[definition.key] = typed
        else:
            Lead._meta.get_field(name).clean(_text(value), None)  # type: ignore[union-attr]
            found.values[name] = _text(value)
    except ValidationError as error:
        details = from_validation_error(error).details
        found.faults += [{**one, "field": name} for one in details]


def is_yes(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in YES) or value == 1


def raw_of_json(source: LeadSource, content: Mapping[str, Any]) -> dict[str, Any]:
    """{field: what stands at its path}; without a path, under its own name."""
    return {one["field"]: at_path(content, one["path"] or one["field"]) for one in source.mapping}


def at_path(content: Any, path: str) -> Any:
    """A key that is written so has the first word, then the dots count; None where nothing is there."""
    if isinstance(content, Mapping) and path in content:
        return content[path]
    for part in path.split("."):
        if isinstance(content, Mapping):
            content = content.get(part)
        elif isinstance(content, list) and part.isascii() and part.isdigit() and int(part[:6]) < len(content):
            content = content[int(part)]
        else:
            return None
    return content


def raw_of_form(source: LeadSource, texts: Mapping[str, list[str]]) -> dict[str, Any]:
    """{field: text}, a list where several can be chosen."""
    known = custom_fields()
    several = {name for name, one in known.items() if one.type == FieldType.MULTI_CHOICE}
    raw = {one["field"]: texts.get(one["field"], []) for one in source.mapping}
    return {name: given if name in several else (given or [""])[-1] for name, given in raw.items()}


def _fault_in(name: str, value: Any, is_required: bool, known: Mapping[str, Definition]) -> Detail | None:
    if name.startswith(PREFIX) and name not in known:
        return _fault(name, "There is no such field any more.", "unknown_field") if value not in MISSING else None
    if is_required and (value in MISSING or (isinstance(value, str) and not value.strip())):
        return _fault(name, "This field is required.", "required")
    if not all(map(_is_sound, value if isinstance(value, list) else [value])):
        return _fault(name, "Control characters are not accepted.", "control_character")
    if not name.startswith(PREFIX) and name != CONSENT and not _is_plain(value):
        return _fault(name, "Text is expected here.", "invalid")
    return None


def _is_sound(value: Any) -> bool:
    return not isinstance(value, str) or not ("\x00" in value or SURROGATES.search(value))


def _is_plain(value: Any) -> bool:
    return value in MISSING or (isinstance(value, str | int | Decimal) and not isinstance(value, bool))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _custom(definition: Definition, value: Any) -> Any:
    """Forms and many programs write yes and no as words, and numbers as texts."""
    if definition.type == FieldType.BOOLEAN and isinstance(value, str):
        word = value.strip().lower()
        return True if word in YES else False if word in NO else value
    if definition.type in (FieldType.TEXT, FieldType.LINK) and isinstance(value, int | Decimal):
        return value if isinstance(value, bool) else str(value)
    if definition.type == FieldType.MULTI_CHOICE and isinstance(value, str):
        return [value] if value else []
    return value


def _fault(name: str, message: str, code: str) -> Detail:
    return {"field": name, "code": code, "message": message}
