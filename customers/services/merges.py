"""Two records become one, and two again within 30 days (docs/duplicates.md)."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from auditlog.models import LegalHold
from auditlog.services import last_words, record
from auditlog.writes import event_word, unique_values
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked, save_changes
from crm.core.custom_fields.definitions import COLUMN
from crm.core.errors import Conflict, Merged, NotFound, invalid_field
from crm.core.former_ids import moved_to
from crm.core.records import Record
from customers.errors import AlreadyUndone, EditedSince, LeadConverted, UndoExpired
from customers.merging.choosing import decided
from customers.merging.lines import straightened
from customers.merging.moving import move_links
from customers.merging.references import move_references, without_itself
from customers.merging.rows import plain
from customers.merging.undoing import differences, part, type_of
from customers.models import Contact, Customer, Lead, Merge
from customers.models.merge import UNDO_WITHIN, MergeKind
from customers.services.consents import consents_keep_stricter, standings_of
from customers.services.duplicate_pairs import pairs_follow
from customers.services.hierarchy import level_anew, lock_tree_of


@transaction.atomic
def merge(
    model: type[Any],
    actor: Actor,
    pk: UUID | str,
    other: UUID | str,
    *,
    fields: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Merge:
    """`other` becomes part of `pk`; `fields` says of which of the two a value is kept: this, other or both.

    Raises NotFound, Forbidden, Stale, Invalid, Conflict (`different_teams`, `archived`, `not_mergeable`,
    `lead_converted`), Merged for one that was merged before.
    """
    if model is Customer:
        lock_tree_of(pk)
    winner, loser = _locked_pair(model, actor, pk, other, version)
    _ensure_mergeable(winner, loser)
    changes = _changes(actor, winner, loser, fields or {})
    kept = _carry_out(actor, winner, loser, changes)
    made = Merge.objects.create(
        kind=MergeKind(str(model._meta.model_name)),
        team_id=winner.team_id,
        winner_id=winner.pk,
        loser_id=loser.pk,
        by_id=actor.id,
        kept=kept,
    )
    pairs_follow(actor, made.kind, loser.pk, winner.pk, is_merged=True)
    _tell(actor, winner, loser, changes, kept)
    return made


def _changes(actor: Actor, winner: Any, loser: Any, fields: Mapping[str, str]) -> dict[str, tuple[Any, Any]]:
    """{column: (before, after)} of the record that stays."""
    changes = straightened(winner, loser, decided(actor, winner, loser, fields))
    named = without_itself(winner, loser, changes.get(COLUMN, (None, winner.custom_fields))[1])
    return changes if named == winner.custom_fields else {**changes, COLUMN: (winner.custom_fields, named)}


def _carry_out(actor: Actor, winner: Any, loser: Any, changes: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """Moves, removes and writes; answers what an undo needs."""
    model = type(winner)
    standings = [standings_of(one) for one in (winner, loser)] if model is not Customer else []
    kept: dict[str, Any] = {"loser": plain(loser), "before": {name: plain(winner)[name] for name in changes}}
    kept["moved"], kept["left_out"] = move_links(actor, loser, winner)
    kept["references"] = move_references(actor, loser, winner)
    model._base_manager.filter(pk=loser.pk)._raw_delete("default")
    for name, (_before, after) in changes.items():
        setattr(winner, name, after)
    with unique_values():
        save_changes(winner, {model._meta.get_field(name).name for name in changes})
    stricter = consents_keep_stricter(actor, winner, *standings) if standings else []
    _relevel(winner)
    return kept | {"added": [[one._meta.label, str(one.pk)] for one in stricter], "after": plain(winner)}


customer_merge = partial(merge, Customer)
contact_merge = partial(merge, Contact)
lead_merge = partial(merge, Lead)
MERGES = {Customer: customer_merge, Contact: contact_merge, Lead: lead_merge}


@transaction.atomic
def merge_undo(actor: Actor, pk: UUID | str, *, keep_edits: bool = False) -> Record:
    """Both records as they were, but for their versions, which go on; answers the one that is back.

    Raises NotFound, Forbidden, AlreadyUndone, UndoExpired, Conflict (`merged_again`, `already_exists`) and, unless
    `keep_edits`, EditedSince, which lists what would stay as it is now.
    """
    made, winner = _undoable(actor, pk)
    found = differences(made, winner)
    if found and not keep_edits:
        raise EditedSince(details=[{"field": one.field, "code": one.code, "message": one.message} for one in found])
    try:
        with transaction.atomic():
            loser = part(actor, made, winner)
    except IntegrityError:
        raise Conflict("Another record took one of its values meanwhile.", code="already_exists") from None
    for one in (winner, loser):
        _relevel(one)
    made.undone_at = timezone.now()
    save_changes(made, {"undone_at"})
    pairs_follow(actor, made.kind, loser.pk, winner.pk, is_merged=False)
    record(actor, f"{event_word(winner)}.parted", winner, {"merged": (loser.pk, None)})
    record(actor, f"{event_word(loser)}.brought_back", loser, {"merged_into": (winner.pk, None)})
    return loser


def undo_of(actor: Actor, pk: UUID | str) -> tuple[Merge, Record, list[Any]]:
    """The merge, its winner and what an undo would leave as it is. Raises as `merge_undo` does."""
    with transaction.atomic():
        made, winner = _undoable(actor, pk)
        return made, winner, differences(made, winner)


def purge_merges(at: datetime) -> int:
    """What an undo would need goes with the right to it; the old ids keep answering."""
    past = Merge.objects.filter(created_at__lt=at - UNDO_WITHIN).exclude(kept={})
    return past.update(kept={}, updated_at=at)


def successor(model: type[Any], pk: Any) -> UUID | None:
    """Where the record went, from one merge to the next."""
    found: UUID | None = None
    while (row := _merged_away(model, found or pk)) is not None:
        found = row
    return found


def former_ids(subject: Any) -> list[str]:
    """One query for a record that nothing was merged into."""
    found: list[str] = []
    wanted = [subject.pk] if isinstance(subject, Customer | Contact | Lead) else []
    while wanted:
        merges = Merge.objects.filter(kind=subject._meta.model_name, winner_id__in=wanted, undone_at__isnull=True)
        wanted = list(merges.values_list("loser_id", flat=True))
        found += map(str, wanted)
    return found


def _merged_away(model: type[Any], pk: Any) -> UUID | None:
    try:
        named = UUID(str(pk))
    except ValueError:
        return None
    merges = Merge.objects.filter(kind=model._meta.model_name, loser_id=named, undone_at__isnull=True)
    return merges.values_list("winner_id", flat=True).first()


def _locked_pair(
    model: type[Any], actor: Actor, pk: UUID | str, other: UUID | str, version: int | None
) -> tuple[Any, Any]:
    """In one order, so that two merges of the same pair never wait for each other."""
    if str(pk) == str(other):
        raise invalid_field("other", "Name another record than this one.", "same_record")
    found = {
        one: _locked(model, actor, one, version if one == str(pk) else None) for one in sorted((str(pk), str(other)))
    }
    return found[str(pk)], found[str(other)]


def _locked(model: type[Any], actor: Actor, pk: str, version: int | None) -> Any:
    try:
        one = fetch_locked(model, actor, "merge", pk, version)
    except NotFound:
        if into := moved_to(actor, model, pk):
            raise Merged(into) from None
        raise
    ensure_may(actor, model.permission_to("write"), one)
    return one


def _ensure_mergeable(winner: Any, loser: Any) -> None:
    """A trap and what a hold keeps are refused in the same words, which give neither away."""
    if winner.team_id != loser.team_id:
        message = "They belong to different teams. Move one of them to the other's team first."
        raise Conflict(message, code="different_teams")
    if winner.is_archived:
        raise Conflict("The record that stays is archived. Restore it first.", code="archived")
    if any(getattr(one, "converted_at", None) for one in (winner, loser)):
        raise LeadConverted()
    holds = LegalHold.objects.filter(object_type=winner._meta.model_name, released_at__isnull=True)
    is_held = holds.filter(object_id__in=[str(winner.pk), str(loser.pk)]).exists()
    if is_held or any(getattr(one, "is_canary", False) for one in (winner, loser)):
        raise Conflict("One of these two has to stay as it is.", code="not_mergeable")


def _tell(actor: Actor, winner: Record, loser: Record, changes: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
    """The full before of both: the loser's values in its own event, under the rules for its sensitive fields."""
    told = {winner._meta.get_field(name).name: pair for name, pair in changes.items()}  # type: ignore[union-attr]
    moved = {label: len(pks) for label, pks in kept["moved"].items()}
    record(actor, f"{event_word(winner)}.merged", winner, {**told, "merged": (None, loser.pk), "moved": (None, moved)})
    record(actor, f"{event_word(loser)}.merged_away", loser, {**last_words(loser), "merged_into": (None, winner.pk)})


def _undoable(actor: Actor, pk: UUID | str) -> tuple[Merge, Any]:
    """Both locked. A winner that was merged again has to be parted from that first."""
    try:
        made = Merge.objects.for_actor(actor, "merge").select_for_update(of=("self",)).filter(pk=pk).first()
    except (ValueError, TypeError):
        made = None
    if made is None:
        raise NotFound()
    if made.undone_at is not None:
        raise AlreadyUndone()
    if not made.can_be_undone:
        raise UndoExpired()
    if type_of(made) is Customer:
        lock_tree_of(made.winner_id)
    try:
        return made, _locked(type_of(made), actor, str(made.winner_id), None)
    except Merged:
        message = "This record was merged into another one since. Undo that first."
        raise Conflict(message, code="merged_again") from None


def _relevel(one: Any) -> None:
    if isinstance(one, Customer):
        level_anew(one)
