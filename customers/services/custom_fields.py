"""Writes to the fields an administrator adds: the company's settings, so each needs `settings:write`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from auditlog import writes
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked, save_changes
from crm.core.custom_fields.definitions import Definition, forget_definitions
from crm.core.custom_fields.indexes import drop_index, ensure_index
from crm.core.custom_fields.writing import holders
from crm.core.errors import invalid_field
from customers.errors import FieldInUse, TooManyFields
from customers.models.custom_field import MOST_CHOICES, CustomField

MOST_FIELDS = 100
FIXED = ("holder", "key", "type", "target", "currency")


def definitions() -> list[Definition]:
    """All, archived ones included, in their order; one query."""
    return [one.definition for one in CustomField.objects.order_by("holder", "position", "label", "id")]


@transaction.atomic
def custom_field_create(actor: Actor, **values: Any) -> CustomField:
    """It comes last; the key follows the label where none is given.

    Raises Forbidden, Invalid, Conflict (`already_exists`, also by an archived one; `too_many_fields`).
    """
    field = CustomField()
    ensure_may(actor, field.permission_to("write"), field)
    of_holder = CustomField.objects.filter(holder=values.get("holder", ""))
    if of_holder.count() >= MOST_FIELDS:
        raise TooManyFields()
    last = of_holder.aggregate(last=Max("position"))["last"]
    values = {"position": 0 if last is None else last + 1, **values}
    values["key"] = values.get("key") or key_of(str(values.get("label", "")))
    values["choices"] = merged_choices([], values.get("choices") or [])
    created = writes.create(actor, field, values)
    forget_definitions()
    ensure_index(created.definition)
    return created


@transaction.atomic
def custom_field_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> CustomField:
    """A choice that is left out is retired: records that have it keep it.

    Raises NotFound, Forbidden, Stale, Invalid (`unchangeable` for what never changes).
    """
    field = fetch_locked(CustomField, actor, "write", pk, version)
    for name in FIXED:
        if name in values and values[name] != getattr(field, name):
            raise invalid_field(
                name, "This cannot be changed once the field exists. Make another field.", "unchangeable"
            )
    if "choices" in values:
        values["choices"] = merged_choices(field.choices, values["choices"])
    writes.apply(actor, field, values)
    forget_definitions()
    return field


@transaction.atomic
def custom_field_archive(actor: Actor, pk: UUID | str, version: int | None = None) -> CustomField:
    """Shown and asked for nowhere any more; every value stays where it is."""
    field = fetch_locked(CustomField, actor, "write", pk, version)
    if not field.is_archived:
        _set_archived(actor, field, timezone.now(), "archived")
    return field


@transaction.atomic
def custom_field_restore(actor: Actor, pk: UUID | str, version: int | None = None) -> CustomField:
    """With all its values."""
    field = fetch_locked(CustomField, actor, "write", pk, version)
    if field.is_archived:
        _set_archived(actor, field, None, "restored")
    return field


@transaction.atomic
def custom_field_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    """Raises Conflict (`field_in_use`) while any record has a value: those are never lost by this."""
    field = fetch_locked(CustomField, actor, "write", pk, version)
    if used := records_with(field):
        raise FieldInUse(f"{used:,} records have a value in {field}. Archive it instead; the values stay.")
    drop_index(field.definition)
    writes.delete(CustomField, actor, field.pk)
    forget_definitions()


@transaction.atomic
def custom_fields_reorder(actor: Actor, holder: str, order: Sequence[UUID | str]) -> list[CustomField]:
    """`order` names each field of the holder that is not archived once. Raises Forbidden, Invalid."""
    ensure_may(actor, "settings:write", CustomField())
    rows = CustomField.objects.select_for_update().filter(holder=holder, archived_at__isnull=True)
    by_id = {str(row.pk): row for row in rows}
    if sorted(map(str, order)) != sorted(by_id):
        raise invalid_field("order", "Name each of them exactly once.", "incomplete_order")
    for position, pk in enumerate(map(str, order)):
        writes.apply(actor, by_id[pk], {"position": position})
    forget_definitions()
    return [by_id[str(pk)] for pk in order]


def records_with(field: CustomField) -> int:
    """How many records have a value, archived ones and those of every team included."""
    return int(holder_of(field)._base_manager.filter(custom_fields__has_key=field.key).count())


def holder_of(field: CustomField) -> Any:
    return next(model for model in holders() if model._meta.model_name == field.holder)


def key_of(label: str) -> str:
    """`Größe (m²)` → `grosse_m2`; nothing for a label without plain letters."""
    return re.sub(r"^[\d_]+", "", slugify(label).replace("-", "_"))[:40].strip("_")


def merged_choices(before: list[dict[str, Any]], wanted: Any) -> list[dict[str, Any]]:
    """`wanted` in its order, then what it leaves out, retired. Raises Invalid."""
    if not isinstance(wanted, list) or not all(isinstance(one, Mapping) for one in wanted):
        raise invalid_field("choices", "A list of {key, label, tone} is expected.")
    given = [_choice(one) for one in wanted]
    keys = [one["key"] for one in given]
    if len(set(keys)) != len(keys):
        raise invalid_field("choices", "Two choices have the same key.", "repeated")
    retired = [{**one, "retired": True} for one in before if one["key"] not in keys]
    if len(given) + len(retired) > MOST_CHOICES:
        raise invalid_field("choices", f"At most {MOST_CHOICES} choices.", "too_many_choices")
    return [*given, *retired]


def _choice(one: Mapping[str, Any]) -> dict[str, Any]:
    label = str(one.get("label") or one.get("key") or "").strip()[:80]
    key = str(one.get("key") or key_of(label))
    tone, retired = one.get("tone", 8), one.get("retired", False)
    if not label or not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,59}", key):
        raise invalid_field("choices", "A choice has a label, and a key of small letters and digits.", "invalid_key")
    if type(tone) is not int or not 0 <= tone <= 9 or not isinstance(retired, bool):
        raise invalid_field("choices", "tone is a number from 0 to 9, retired true or false.")
    if unknown := set(one) - {"key", "label", "tone", "retired"}:
        raise invalid_field("choices", f"A choice has no {', '.join(sorted(map(str, unknown)))}.", "unknown_field")
    return {"key": key, "label": label, "tone": tone, "retired": retired}


def _set_archived(actor: Actor, field: CustomField, at: Any, verb: str) -> None:
    field.archived_at = at
    save_changes(field, {"archived_at"})
    record(actor, f"custom_fields.{verb}", field)
    forget_definitions()
