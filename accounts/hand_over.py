"""Ownership of open records goes to colleagues when somebody leaves; and back again, within 30 days."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import HandOver, Team, User
from accounts.ownership import EVERY_TEAM
from auditlog.services import record, record_many
from auditlog.writes import event_word
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.errors import Conflict, NotFound, invalid_field
from crm.core.records import Record
from crm.ops.purging import delete_in_batches

UNDO_WITHIN = timedelta(days=30)
BATCH = 1000

Heirs = Mapping[str, User]


@dataclass(frozen=True, slots=True)
class Kind:
    """Records that people own; `still_open` keeps those that somebody has to look after."""

    model: type[Record]
    still_open: Q

    @property
    def name(self) -> str:
        return event_word(self.model)  # type: ignore[arg-type]

    def open_of(self, person: User, team: Team | None = None) -> Any:
        rows = self.model._default_manager.filter(self.still_open, owner=person, archived_at__isnull=True)
        return rows.filter(team=team) if team else rows


@dataclass(frozen=True, slots=True)
class Holding:
    """How many open records of one kind a person has; `beyond` of them are out of the asker's reach."""

    kind: str
    count: int
    beyond: int


_kinds: dict[str, Kind] = {}


def register_kind(model: type[Record], still_open: Q | None = None) -> None:
    """Called by crm.wiring only."""
    kind = Kind(model, still_open or Q())
    _kinds[kind.name] = kind


def kinds() -> dict[str, Kind]:
    """Whatever door comes first (page, command, job) loads the roof, where they are registered."""
    if not _kinds:
        import_module(settings.ROOT_URLCONF)
    return dict(_kinds)


def holdings_of(actor: Actor, person: User, team: Team | None = None) -> list[Holding]:
    """Kinds of which the person has anything open; two counts each."""
    found = []
    for kind in kinds().values():
        every = kind.open_of(person, team)
        total, mine = every.count(), _assignable(actor, kind, every).count()
        found.append(Holding(kind.name, mine, total - mine))
    return [one for one in found if one.count or one.beyond]


@transaction.atomic
def ownership_hand_over(
    actor: Actor, pk: UUID | str, *, heirs: Heirs, team: Team | None = None, version: int | None = None
) -> HandOver:
    """Gives what the person has open to `heirs` (kind → colleague), as far as the actor may assign it.

    `team` limits it to one team's records. Raises NotFound, Forbidden, Stale, Invalid.
    """
    person = fetch_locked(User, actor, "write", pk, version)
    moved, known = {}, kinds()
    for name, heir in heirs.items():
        if name not in known:
            raise invalid_field(name, "There is no such kind of record.", "unknown_field")
        rows = list(_locked(actor, known[name], known[name].open_of(person, team)))
        _ensure_can_take(heir, person, known[name], rows)
        if rows:
            _give(actor, known[name], rows, person, heir)
            moved[name] = {"to": str(heir.pk), "ids": [str(row.pk) for row in rows]}
    kept: dict[str, Any] = {"person": person, "team": team, "by_id": actor.id, "by_label": actor.label[:255]}
    done = HandOver.objects.create(moved=moved, **kept)
    told = {name: (str(person), f"{heirs[name]} ({len(one['ids'])})") for name, one in moved.items()}
    if told:
        record(actor, "users.handed_over", person, told)
    return done


@transaction.atomic
def hand_over_undo(
    actor: Actor, pk: UUID | str, *, person_pk: UUID | str | None = None, at: datetime | None = None
) -> int:
    """Puts back what one hand-over moved, except what changed hands again; answers how many.

    Raises NotFound, Forbidden, Conflict (`already_undone`, `undo_expired`).
    """
    done = _fetch(actor, pk)
    if person_pk is not None and str(done.person_id) != str(person_pk):
        raise NotFound()
    if done.undone_at is not None:
        raise Conflict("This was undone before.", code="already_undone")
    now = at or timezone.now()
    if done.created_at < now - UNDO_WITHIN:
        raise Conflict("A hand-over can be undone within 30 days.", code="undo_expired")
    done.undone_at = now
    done.save(update_fields=["undone_at"])
    count = sum(_give_back(actor, kinds()[name], done, one) for name, one in done.moved.items())
    record(actor, "users.hand_over_undone", done.person, {"records": (done.count, count)})
    return count


def purge_hand_overs(at: datetime) -> int:
    """Those that can no longer be undone; the trail keeps what they did."""
    return delete_in_batches(HandOver.objects.filter(created_at__lt=at - UNDO_WITHIN))


def _fetch(actor: Actor, pk: UUID | str) -> HandOver:
    try:
        return HandOver.objects.for_actor(actor).select_for_update(of=("self",)).get(pk=pk)
    except (HandOver.DoesNotExist, ValidationError, ValueError):
        raise NotFound() from None


def undoable(person: User, at: datetime | None = None) -> Any:
    """Hand-overs of a person that can still be undone, newest first."""
    since = (at or timezone.now()) - UNDO_WITHIN
    return person.hand_overs.filter(undone_at__isnull=True, created_at__gte=since).order_by("-created_at")


def _give_back(actor: Actor, kind: Kind, done: HandOver, one: dict[str, Any]) -> int:
    heir, count = User.objects.filter(pk=one["to"]).first(), 0
    for pks in _batches(one["ids"]):
        rows = list(_locked(actor, kind, kind.model._default_manager.filter(pk__in=pks, owner_id=one["to"])))
        if rows and heir:
            _give(actor, kind, rows, heir, done.person)
        count += len(rows)
    return count


def _assignable(actor: Actor, kind: Kind, rows: Any) -> Any:
    mine: models.QuerySet[Any] = kind.model._default_manager.for_actor(actor, "assign")  # type: ignore[attr-defined]
    return rows & mine


def _locked(actor: Actor, kind: Kind, rows: Any) -> Any:
    """In one order, so that two hand-overs never deadlock."""
    return _assignable(actor, kind, rows).select_for_update(of=("self",)).order_by("pk")


def _ensure_can_take(heir: User, person: User, kind: Kind, rows: list[Any]) -> None:
    if heir.pk == person.pk:
        raise invalid_field(kind.name, "Choose somebody else than the person who leaves.")
    if not heir.is_active:
        raise invalid_field(kind.name, f"{heir} is deactivated.", "unknown_reference")
    spans_teams = heir.role is not None and heir.role.grants.get(f"{kind.model.RESOURCE}:read") == EVERY_TEAM
    foreign = {row.team_id for row in rows} - set(heir.memberships.values_list("team_id", flat=True))
    if foreign and not spans_teams:
        names = ", ".join(Team.objects.filter(pk__in=foreign).order_by("name").values_list("name", flat=True))
        message = f"{heir} is not a member of {names}. Hand over one team at a time, or add them to it."
        raise invalid_field(kind.name, message, "unknown_reference")


def _give(actor: Actor, kind: Kind, rows: list[Any], giver: User, heir: User) -> None:
    for group in _batches(rows):
        chosen = kind.model._default_manager.filter(pk__in=[row.pk for row in group])
        chosen.update(owner=heir, version=F("version") + 1, updated_at=timezone.now())
    record_many(actor, f"{kind.name}.updated", rows, {"owner": (giver.pk, heir.pk)})


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    every = list(items)
    return (every[start : start + BATCH] for start in range(0, len(every), BATCH))
