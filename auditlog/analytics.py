"""What happened lately, counted: by day, hour, action, person and kind of record; readers and failed sign-ins beside.

Sealed events are counted by their tallies, the last minute's by themselves: ninety days are as quick as one.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django.utils.functional import cached_property

from auditlog.models import AuditEvent, AuditTally, SecurityEvent
from auditlog.models.tallies import Dimension
from auditlog.tallies import COUNTED, counted
from crm.core.actor import Actor
from crm.core.permissions import Reach

PERIODS = (1, 7, 30, 90)
LONGEST_LIST = 12

Counts = list[tuple[Any, int]]


@dataclass(frozen=True, slots=True)
class Analytics:
    """Days and hours are complete and in the reader's time zone; the other lists are the largest, largest first.

    `readers` opened sensitive fields, exported or downloaded.
    """

    total: int
    days: Counts
    hours: Counts
    actions: Counts
    people: Counts
    objects: Counts
    readers: Counts
    failures: Counts


def analytics(actor: Actor, days: int, at: datetime | None = None) -> Analytics:
    """Of the last `days` days, as far as the actor may read the trail; in zones off by half an hour, from the hour."""
    now = timezone.localtime(at or timezone.now())
    since = (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    found = Figures(actor, since, now)
    by_day, by_hour = found.days(), found.hours()
    shown = [(since + timedelta(days=number)).date() for number in range(days)]
    failed = SecurityEvent.objects.for_actor(actor).filter(kind="login.failed", at__gte=since, at__lte=now)
    return Analytics(
        total=sum(by_day.values()),
        days=[(day, by_day[day]) for day in shown],
        hours=[(hour, by_hour[hour]) for hour in range(24)],
        actions=found.largest(Dimension.ACTION),
        people=_named(actor, found.largest(Dimension.PERSON)),
        objects=found.largest(Dimension.OBJECT),
        readers=_named(actor, found.largest(Dimension.READER)),
        failures=_counted(failed.exclude(person_label=""), "person_label", LONGEST_LIST),
    )


class Figures:
    """Tallies and what is not sealed yet. A reader of their own events alone has few, which are counted one by one."""

    def __init__(self, actor: Actor, since: datetime, until: datetime) -> None:
        reach = actor.reach("audit:read")
        events = AuditEvent.objects.for_actor(actor).filter(at__gte=since, at__lte=until)
        tallies = AuditTally.objects.filter(hour__gte=since, hour__lte=until)
        self.tallies = tallies.filter(team_id__in=actor.team_ids) if reach is Reach.TEAM else tallies
        if reach < Reach.TEAM:
            self.tallies = tallies.none()
        waiting = events.filter(seal__isnull=True) if reach >= Reach.TEAM else events
        self.live = counted(waiting.values_list(*COUNTED))

    def of(self, dimension: Dimension) -> Counter[str]:
        rows = self.tallies.filter(dimension=dimension).values_list("value").annotate(total=Sum("count"))
        found = Counter(dict(rows))
        for (_hour, counted_by, value, _team), count in self.live.items():
            if counted_by == dimension:
                found[value] += count
        return found

    def largest(self, dimension: Dimension) -> Counts:
        return sorted(self.of(dimension).items(), key=lambda pair: (-pair[1], pair[0]))[:LONGEST_LIST]

    @cached_property
    def by_moment(self) -> Counter[datetime]:
        rows = self.tallies.filter(dimension=Dimension.ACTION).values_list("hour").annotate(total=Sum("count"))
        found = Counter({timezone.localtime(hour): total for hour, total in rows})
        for (hour, counted_by, _value, _team), count in self.live.items():
            if counted_by == Dimension.ACTION:
                found[timezone.localtime(hour)] += count
        return found

    def days(self) -> Counter[Any]:
        return _summed((moment.date(), count) for moment, count in self.by_moment.items())

    def hours(self) -> Counter[Any]:
        return _summed((moment.hour, count) for moment, count in self.by_moment.items())


def _summed(pairs: Any) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for key, count in pairs:
        found[key] += count
    return found


def _named(actor: Actor, counts: Counts) -> Counts:
    """People by name: as they are called now, or as their last event has them."""
    ids = [value for value, _count in counts if _is_id(value)]
    names = {str(user.pk): str(user) for user in get_user_model().objects.filter(pk__in=ids)}
    for pk in set(ids) - set(names):
        last = AuditEvent.objects.for_actor(actor).filter(actor_id=pk).order_by("-at")
        names[pk] = last.values_list("actor_label", flat=True).first() or pk
    return [(names.get(value, value), count) for value, count in counts]


def _is_id(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False


def _counted(rows: "QuerySet[Any]", name: str, most: int | None = None) -> Counts:
    found = rows.order_by().values_list(name).annotate(count=Count("*")).order_by("-count", name)
    return list(found[:most] if most else found)
