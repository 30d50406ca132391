"""Which fields of a lead a source may fill, and whether a mapping makes sense."""

from typing import Any

from django.utils.text import capfirst

from crm.capture.models import Kind
from crm.core.custom_fields.definitions import Definition, FieldType, definitions_of
from crm.core.errors import Invalid, invalid_field
from crm.core.fields import CONTROL_IN_LINE, SURROGATES
from customers.models import Lead

OWN_FIELDS = (
    *("first_name", "last_name", "company_name", "title", "email", "phone", "website"),
    *("industry", "employees", "annual_revenue", "description", "external_id"),
)
# One of these makes a lead.
NAMING = {"first_name", "last_name", "company_name", "email"}
CONSENT = "consent"
# References would show strangers who works here; sensitive fields are for who may read them.
UNASKED = (FieldType.USER, FieldType.RECORD)
MOST_FIELDS, LONGEST_LABEL, LONGEST_PATH = 60, 200, 200
USUAL: list[dict[str, Any]] = [
    *({"field": name, "label": "", "required": False, "path": ""} for name in ("first_name", "last_name")),
    {"field": "email", "label": "", "required": True, "path": ""},
]


def custom_fields() -> dict[str, Definition]:
    """Those of leads that may be asked of strangers, by `custom_fields.<key>`."""
    return {one.name: one for one in definitions_of(Lead) if one.type not in UNASKED and not one.category}


def label_of(name: str) -> str:
    """What a field is called where its source has no words of its own for it."""
    if definition := custom_fields().get(name):
        return definition.label
    if name not in OWN_FIELDS:
        return name
    return str(capfirst(Lead._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def checked_mapping(kind: str, mapping: Any) -> list[dict[str, Any]]:
    """In its full form. Raises Invalid."""
    if not isinstance(mapping, list) or not 0 < len(mapping) <= MOST_FIELDS:
        raise invalid_field("mapping", f"A list of 1 to {MOST_FIELDS} fields is expected.", "invalid")
    checked = [_entry(kind, one) for one in mapping]
    names = [one["field"] for one in checked]
    if len(set(names)) < len(names):
        raise invalid_field("mapping", "A field is named twice.", "repeated")
    if not NAMING & set(names):
        raise invalid_field("mapping", "Ask for a name, a company or an e-mail address.", "required")
    return checked


def _entry(kind: str, one: Any) -> dict[str, Any]:
    if not isinstance(one, dict) or (unknown := set(one) - {"field", "label", "required", "path"}):
        said = f"{', '.join(sorted(unknown))}: there is no such part." if isinstance(one, dict) else "An object."
        raise invalid_field("mapping", said, "invalid")
    name = one.get("field")
    known = {*OWN_FIELDS, *custom_fields(), *([CONSENT] if kind == Kind.WEBHOOK else ())}
    if not isinstance(name, str) or name not in known:
        raise invalid_field("mapping", f"{name} cannot be asked for.", "unknown_field")
    if not isinstance(one.get("required", False), bool):
        raise invalid_field("mapping", "required is true or false.", "invalid")
    texts = {"label": _text(one, "label", LONGEST_LABEL), "path": _text(one, "path", LONGEST_PATH)}
    return {"field": name, "required": one.get("required", False), **texts}


def _text(one: dict[str, Any], name: str, longest: int) -> str:
    text = one.get(name, "")
    if not isinstance(text, str) or len(text) > longest or CONTROL_IN_LINE.search(text) or SURROGATES.search(text):
        said = f"{name} is one line of at most {longest} characters."
        raise Invalid(details=[{"field": "mapping", "code": "invalid", "message": said}])
    return text.strip()
