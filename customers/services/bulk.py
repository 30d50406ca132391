"""One act on many records: a few statements however many rows, an event per row, and an undo."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.ownership import EVERY_TEAM
from auditlog import writes
from auditlog.services import record_many
from crm.core.actor import Actor
from crm.core.canaries import reached
from crm.core.errors import NotFound, invalid_field
from customers.errors import AlreadyUndone
from customers.models import BulkAction, BulkChange, Contact, Customer, Label, LabelAssignment, Lead

Undo = Callable[[Actor, type[Any], BulkChange], int]

MODELS: dict[str, type[Any]] = {"customer": Customer, "contact": Contact, "lead": Lead}


@transaction.atomic
def records_assign(actor: Actor, model: type[Any], pks: Iterable[Any], owner: User) -> BulkChange:
    """Gives records to one owner. Those the actor may not assign, and those that have it already, stay."""
    rows = [row for row in _locked(actor, model, "assign", pks) if row.owner_id != owner.pk]
    _ensure_member(owner, model, {row.team_id for row in rows})
    _write(rows, model, owner_id=owner.pk)
    for previous, group in _by_owner(rows).items():
        record_many(actor, f"{_word(model)}.updated", group, {"owner": (previous, owner.pk)})
    return _kept(actor, model, BulkAction.ASSIGN, {row.pk: row.owner_id for row in rows}, owner.pk)


@transaction.atomic
def records_archive(actor: Actor, model: type[Any], pks: Iterable[Any]) -> BulkChange:
    """Archives the records that the actor may archive; converted leads stay, and customers that others are below."""
    rows = [row for row in _locked(actor, model, "delete", pks) if not getattr(row, "converted_at", None)]
    rows = _without_parents(rows) if model is Customer else rows
    _write(rows, model, archived_at=timezone.now())
    record_many(actor, f"{_word(model)}.archived", rows)
    return _kept(actor, model, BulkAction.ARCHIVE, dict.fromkeys(row.pk for row in rows))


@transaction.atomic
def customers_label(actor: Actor, pks: Iterable[Any], label: Label) -> BulkChange:
    """Puts a label on the customers of its team that do not have it."""
    rows = [row for row in _locked(actor, Customer, "write", pks) if row.team_id == label.team_id]
    labelled = _labelled(label, rows)
    rows = [row for row in rows if row.pk not in labelled]
    assignments = [LabelAssignment(label=label, customer=row, assigned_by_id=actor.id) for row in rows]
    LabelAssignment.objects.bulk_create(assignments, batch_size=1000)
    record_many(actor, "customers.labelled", rows, {"labels": ([], [label.name])})
    return _kept(actor, Customer, BulkAction.LABEL, dict.fromkeys(row.pk for row in rows), label.pk)


@transaction.atomic
def customers_unlabel(actor: Actor, pks: Iterable[Any], label: Label) -> BulkChange:
    """Takes a label off the customers that have it."""
    rows = _locked(actor, Customer, "write", pks)
    labelled = _labelled(label, rows)
    rows = [row for row in rows if row.pk in labelled]
    LabelAssignment.objects.filter(label=label, customer__in=[row.pk for row in rows]).delete()
    record_many(actor, "customers.labelled", rows, {"labels": ([label.name], [])})
    return _kept(actor, Customer, BulkAction.UNLABEL, dict.fromkeys(row.pk for row in rows), label.pk)


@transaction.atomic
def bulk_undo(actor: Actor, pk: UUID | str) -> int:
    """Puts back what one act changed, except where somebody changed it again since; answers how many."""
    change = BulkChange.objects.for_actor(actor).select_for_update().filter(pk=pk).first()
    if change is None:
        raise NotFound()
    if change.undone_at is not None:
        raise AlreadyUndone()
    change.undone_at = timezone.now()
    change.save(update_fields=["undone_at"])
    return UNDO[change.action](actor, MODELS[change.model], change)


def _undo_assign(actor: Actor, model: type[Any], change: BulkChange) -> int:
    rows = [row for row in _locked(actor, model, "assign", change.before) if row.owner_id == change.target]
    groups = defaultdict(list)
    for row in rows:
        groups[change.before[str(row.pk)]].append(row)
    for previous, group in groups.items():
        _write(group, model, owner_id=previous)
        record_many(actor, f"{_word(model)}.updated", group, {"owner": (change.target, previous)})
    return len(rows)


def _undo_archive(actor: Actor, model: type[Any], change: BulkChange) -> int:
    rows = _locked(actor, model, "delete", change.before, archived=True)
    with writes.unique_values():
        _write(rows, model, archived_at=None)
    record_many(actor, f"{_word(model)}.restored", rows)
    return len(rows)


def _undo_label(actor: Actor, model: type[Any], change: BulkChange) -> int:
    return len(customers_unlabel(actor, change.before, _label(actor, change)).before)


def _undo_unlabel(actor: Actor, model: type[Any], change: BulkChange) -> int:
    return len(customers_label(actor, change.before, _label(actor, change)).before)


UNDO: dict[str, Undo] = {
    BulkAction.ASSIGN: _undo_assign,
    BulkAction.ARCHIVE: _undo_archive,
    BulkAction.LABEL: _undo_label,
    BulkAction.UNLABEL: _undo_unlabel,
}


def _without_parents(rows: list[Any]) -> list[Any]:
    """Those with no active customer below them but such as go with them."""
    going = {row.pk for row in rows}
    while going:
        left = Customer._base_manager.filter(parent__in=going, archived_at__isnull=True).exclude(pk__in=going)
        stay = set(left.values_list("parent_id", flat=True))
        if not stay:
            break
        going -= stay
    return [row for row in rows if row.pk in going]


def _label(actor: Actor, change: BulkChange) -> Label:
    label = Label.objects.for_actor(actor).filter(pk=change.target).first() if change.target else None
    if label is None:
        raise NotFound()
    return label


def _locked(actor: Actor, model: type[Any], action: str, pks: Iterable[Any], archived: bool = False) -> list[Any]:
    """The records among `pks` that the actor may do this to, in one order so that two acts never deadlock."""
    rows = reached(model.objects, actor, action, "bulk").filter(pk__in=list(pks), archived_at__isnull=not archived)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _write(rows: list[Any], model: type[Any], **values: Any) -> None:
    pks = [row.pk for row in rows]
    model.objects.filter(pk__in=pks).update(**values, version=F("version") + 1, updated_at=timezone.now())


def _kept(
    actor: Actor, model: type[Any], action: BulkAction, before: dict[UUID, UUID | None], target: UUID | None = None
) -> BulkChange:
    plain = {str(pk): str(previous) if previous else None for pk, previous in before.items()}
    name = str(model._meta.model_name)
    # The column is not null: only people change many records at once.
    return BulkChange.objects.create(  # type: ignore[misc]
        user_id=actor.id, model=name, action=action, target=target, before=plain
    )


def _ensure_member(owner: User, model: type[Any], team_ids: set[UUID]) -> None:
    spans_teams = owner.role is not None and owner.role.grants.get(f"{model.RESOURCE}:read") == EVERY_TEAM
    foreign = team_ids - set(owner.memberships.values_list("team_id", flat=True))
    if not owner.is_active or (foreign and not spans_teams):
        raise invalid_field("owner", "The owner must be an active member of the records' team.", "unknown_reference")


def _labelled(label: Label, rows: list[Any]) -> set[UUID]:
    assigned = LabelAssignment.objects.filter(label=label, customer__in=[row.pk for row in rows])
    return set(assigned.values_list("customer_id", flat=True))


def _by_owner(rows: list[Any]) -> dict[UUID | None, list[Any]]:
    groups: dict[UUID | None, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.owner_id].append(row)
    return groups


def _word(model: type[Any]) -> str:
    return writes.event_word(model)  # type: ignore[arg-type]
