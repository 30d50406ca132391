"""What is due by the clock: told once, whoever looks; what fell due while nobody looked is summed up."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.formats import in_one_line, moment
from crm.notices.giving import Told, notice_give
from crm.notices.models import Notification, ReminderMark
from crm.notices.people import Reader, reader_of
from crm.notices.records import Subject, list_of

# So far back each look goes, for what was planned late; what is older was missed.
LOOKS_BACK = timedelta(hours=2)
# So many missed ones of a kind are still told one by one.
FEW = 3


@dataclass(frozen=True, slots=True)
class Due:
    """`text` is said to a reader who may see it. `slot` tells two moments of one subject apart."""

    kind: str
    to: UUID
    title: str
    text: Callable[[Actor], str]
    subject: Subject
    due_at: datetime
    slot: str = ""

    @property
    def key(self) -> tuple[UUID, str, str, str]:
        return self.to, self.kind, f"{self.subject[0]}:{self.subject[1]}", self.slot or f"{self.due_at.isoformat()}"


# (after, until) → what falls due in between.
Source = Callable[[datetime, datetime], Iterable[Due]]


@dataclass(frozen=True, slots=True)
class Reminders:
    """`ahead`: how long before it is due it is told; `missed` is the title of many that nobody was there for."""

    name: str
    source: Source
    ahead: timedelta = timedelta()
    missed: Callable[[int], str] | None = None


_reminders: dict[str, Reminders] = {}


def register_reminders(*reminders: Reminders) -> None:
    """Called by crm.wiring only."""
    _reminders.update({one.name: one for one in reminders})


def reminders_make(actor: Actor, at: datetime) -> str:
    """A job. Each source is a transaction, in which its mark moves: a killed look is done again, and tells nothing
    twice."""
    return ", ".join(f"{name}: {_look(actor, one, at)}" for name, one in _reminders.items())


@transaction.atomic
def _look(actor: Actor, reminders: Reminders, at: datetime) -> int:
    mark = _locked_mark(reminders.name, at)
    if mark.until > at:
        return 0
    # What is told ahead is of no use once it is due.
    since = at if reminders.ahead else min(mark.until, at - LOOKS_BACK)
    new = _untold(list(reminders.source(since, at + reminders.ahead)))
    edge = since if reminders.ahead else at - LOOKS_BACK
    fresh, missed = [one for one in new if one.due_at > edge], [one for one in new if one.due_at <= edge]
    readers = {pk: reader_of(pk) for pk in {one.to for one in new}}
    made = sum(_tell(actor, one, readers[one.to], at) for one in fresh)
    made += _sum_up(actor, reminders, missed, readers, at)
    mark.until = at
    mark.save()
    return made


def _locked_mark(name: str, at: datetime) -> ReminderMark:
    ReminderMark.objects.get_or_create(source=name, defaults={"until": at})
    return ReminderMark.objects.select_for_update().get(source=name)


def _untold(dues: list[Due]) -> list[Due]:
    """One query, on the index that makes them unique."""
    parts = list(zip(*(one.key for one in dues), strict=True)) or [(), (), (), ()]
    names = ("recipient__in", "kind__in", "about__in", "slot__in")
    rows = Notification.objects.filter(**dict(zip(names, map(set, parts), strict=True)))
    told = set(rows.values_list("recipient", "kind", "about", "slot")) if dues else set()
    return [one for one in dues if one.key not in told]


def _tell(actor: Actor, due: Due, reader: Reader | None, at: datetime) -> int:
    if reader is None:
        return 0
    with timezone.override(reader.zone):
        text = in_one_line(due.text(reader.actor), moment(due.due_at))
    told = Told(due.title, due.subject, text=text, about=due.key[2], slot=due.key[3])
    return int(notice_give(actor, due.kind, due.to, told, reader=reader, at=at) is not None)


def _sum_up(
    actor: Actor, reminders: Reminders, missed: list[Due], readers: dict[UUID, Reader | None], at: datetime
) -> int:
    groups: dict[tuple[UUID, str], list[Due]] = defaultdict(list)
    for one in missed:
        groups[one.to, one.kind].append(one)
    return sum(_summed(actor, reminders, group, readers[to], at) for (to, _kind), group in groups.items())


def _summed(actor: Actor, reminders: Reminders, group: list[Due], reader: Reader | None, at: datetime) -> int:
    if len(group) <= FEW or reminders.missed is None:
        return sum(_tell(actor, one, reader, at) for one in group)
    first = group[0]
    told = Told(
        reminders.missed(len(group)),
        first.subject,
        text=_("They fell due while nobody was reminded."),
        about=f"missed:{reminders.name}",
        slot=at.isoformat(),
        link=list_of(first.subject[0], first.to),
    )
    return int(notice_give(actor, first.kind, first.to, told, reader=reader, at=at) is not None)
