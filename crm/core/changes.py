"""The steps every write shares: fetch under a lock, check right and version, apply, validate, save."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.core.actor import Actor
from crm.core.canaries import reached
from crm.core.custom_fields.definitions import COLUMN, holds_custom_fields, value_at
from crm.core.custom_fields.writing import change_custom_fields, fill_custom_fields, names_given
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale, from_validation_error, invalid_field
from crm.core.permissions import PERMISSIONS, Reach
from crm.core.records import Identified, Record
from crm.core.sensitive import ensure_may_write_fields, hidden_fields, locked_fields, refuse_fields

R = TypeVar("R", bound=Identified)
Changes = dict[str, tuple[Any, Any]]


def fetch_locked(model: type[R], actor: Actor, action: str, pk: UUID | str, version: int | None = None) -> R:
    """The row, locked until the transaction ends.

    Raises NotFound when the actor cannot see it, Forbidden when it may not do this, Stale when
    `version` is not current.
    """
    rows = reached(model.objects, actor, via="write").select_for_update(of=("self",))  # type: ignore[attr-defined]
    try:
        record: R = rows.get(pk=pk)
    except (model.DoesNotExist, ValidationError, ValueError):
        raise NotFound() from None
    ensure_may(actor, model.permission_to(action), record)
    if not isinstance(record, Record) and not is_reached(actor, action, record):
        raise Forbidden("Not allowed: this is out of your role's reach.")
    if version is not None and version != record.version:
        raise Stale()
    return record


def is_reached(actor: Actor, action: str, record: Identified) -> bool:
    """For what has no team of its own, such as a person; a query, unless the right reaches everything or nothing."""
    reach = actor.reach(record.permission_to(action))
    if reach in (Reach.NONE, Reach.ALL):
        return reach is Reach.ALL
    rows = type(record)._default_manager.for_actor(actor, action)  # type: ignore[attr-defined]
    return bool(rows.filter(pk=record.pk).exists())


def ensure_may(actor: Actor, permission: str, record: Identified) -> None:
    verdict = actor.covers(permission, record) if isinstance(record, Record) else actor.may(permission)
    if not verdict:
        raise Forbidden(f"Not allowed: {verdict.reason}.")  # type: ignore[union-attr]


def ensure_may_assign(actor: Actor, record: Record, owner_id: UUID | None) -> None:
    """Giving a record to somebody else takes `<resource>:assign`, where the vocabulary has it; keeping it does not."""
    permission = record.permission_to("assign")
    is_gift = owner_id not in (actor.id, None if record._state.adding else record.owner_id)
    if is_gift and permission in PERMISSIONS:
        ensure_may(actor, permission, record)


def create_record(record: R, actor: Actor, values: Mapping[str, Any]) -> R:
    """Validates and inserts. The team defaults to the actor's home team, the owner to the actor.

    Who gives `custom_fields` at all, be it {}, has to give those that are required.
    """
    values, given = _apart(values)
    _assign(record, {name: value for name, value in values.items() if (name, value) != ("id", None)})
    if isinstance(record, Record):
        if record.team_id is None and actor.home_team_id is None:
            raise invalid_field("team", "Name the team this belongs to.", "required")
        record.team_id = record.team_id or actor.home_team_id  # type: ignore[assignment]
        record.owner_id = record.owner_id if "owner" in values else actor.id
        ensure_may_assign(actor, record, record.owner_id)
    ensure_may(actor, record.permission_to("write"), record)
    if holds_custom_fields(record):
        fill_custom_fields(actor, record, given)
    named = {*values, *names_given(given)}
    ensure_may_write_fields(actor, record, {name for name in named if value_at(record, name) not in (None, "", [])})
    validate_record(record, actor)
    record.save(force_insert=True)
    return record


def change_record(record: R, actor: Actor, values: Mapping[str, Any]) -> Changes:
    """Applies `values`, validates, saves with the next version; answers what changed as {field: (before, after)}."""
    values, given = _apart(values)
    named = {*values, *names_given(given)}
    before = {name: getattr(record, _attname(record, name)) for name in values}
    hidden, locked = hidden_fields(actor, record).intersection(named), locked_fields(actor, record)
    if isinstance(record, Record) and "owner" in values:
        ensure_may_assign(actor, record, getattr(values["owner"], "pk", None))
    _assign(record, values)
    if "team" in before or "owner" in before:
        ensure_may(actor, record.permission_to("write"), record)
    if "team" in before and before["team"] != record.team_id:  # type: ignore[attr-defined]
        _refuse_split(record)
    validate_record(record, actor, only=set(values))
    after = {name: getattr(record, _attname(record, name)) for name in values}
    changes = {name: (before[name], after[name]) for name in values if before[name] != after[name]}
    added = change_custom_fields(actor, record, given) if given else {}
    # A hidden value cannot be guessed by writing it; one that is shown may come back as it was.
    refuse_fields(hidden | locked.intersection({*changes, *added}))
    if changes or added:
        save_changes(record, {*changes, *([COLUMN] if added else ())})
    return {**changes, **added}


def _apart(values: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any] | None]:
    """Values of columns, and those of custom fields, which are merged into one."""
    columns = {name: value for name, value in values.items() if name != COLUMN}
    return columns, values.get(COLUMN)


def save_changes(record: Identified, names: Mapping[str, Any] | set[str]) -> None:
    record.version += 1
    record.updated_at = timezone.now()
    record.save(update_fields=[*names, "version", "updated_at"])


def validate_record(record: Identified, actor: Actor, only: set[str] | None = None) -> None:
    """Field rules, the model's own rules, and that linked records are visible and of the same team."""
    links = {field.name for field in record._meta.concrete_fields if field.is_relation}
    skipped = links | ({field.name for field in record._meta.concrete_fields} - only if only is not None else set())
    try:
        record.clean_fields(exclude=skipped)
        record.clean()
    except ValidationError as error:
        raise from_validation_error(error) from None
    for field in record._meta.concrete_fields:
        if field.name in links and (only is None or field.name in only or "team" in only):
            _check_link(record, field, actor)


def _check_link(record: Identified, field: Any, actor: Actor) -> None:
    target = field.related_model
    if not isinstance(target, type) or not issubclass(target, Record) or getattr(record, field.attname) is None:
        return
    linked = getattr(record, field.name)
    visible = actor.covers(f"{linked.RESOURCE}:read", linked) and not linked.is_archived
    if not visible or linked.team_id != getattr(record, "team_id", linked.team_id):
        message = "There is no such record in this team."
        raise Invalid(details=[{"field": field.name, "code": "unknown_reference", "message": message}])


def _refuse_split(record: Identified) -> None:
    """A record moves to another team alone: what points to it, and what it lists, must share its team."""
    pointing = [(one.related_model, one.field.name) for one in record._meta.related_objects]
    listed = [(one.related_model, one.remote_field.name) for one in record._meta.many_to_many]
    for model, path in (*pointing, *listed):
        is_record = isinstance(model, type) and issubclass(model, Record)
        if is_record and model._default_manager.filter(**{path: record}).exists():
            words = model._meta.verbose_name_plural
            raise Conflict(f"It still has {words} in its team. Move or remove those first.", code="linked_in_team")


def _assign(record: Identified, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        field = record._meta.get_field(name)
        setattr(record, name, value if field.is_relation else _cleaned(field, value))


def _cleaned(field: Any, value: Any) -> Any:
    try:
        return field.to_python(value)
    except ValidationError as error:
        raise from_validation_error(ValidationError({field.name: error})) from None


def _attname(record: Identified, name: str) -> str:
    return record._meta.get_field(name).attname  # type: ignore[union-attr]
