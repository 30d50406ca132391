"""What happened lately, counted: by day, hour, action, person and kind of record; failed sign-ins beside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractHour, TruncDate
from django.utils import timezone

from auditlog.models import AuditEvent, SecurityEvent
from crm.core.actor import Actor

PERIODS = (1, 7, 30, 90)
LONGEST_LIST = 12

Counts = list[tuple[Any, int]]


@dataclass(frozen=True, slots=True)
class Analytics:
    """Days and hours are complete and in the reader's time zone; the other lists are the largest, largest first."""

    total: int
    days: Counts
    hours: Counts
    actions: Counts
    people: Counts
    objects: Counts
    failures: Counts


def analytics(actor: Actor, days: int, at: datetime | None = None) -> Analytics:
    """Of the last `days` days, as far as the actor may read the trail."""
    now = timezone.localtime(at or timezone.now())
    since = (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    events = AuditEvent.objects.for_actor(actor).filter(at__gte=since, at__lte=now)
    by_day = dict(_counted(events.annotate(day=TruncDate("at")), "day"))
    by_hour = dict(_counted(events.annotate(hour=ExtractHour("at")), "hour"))
    shown = [(since + timedelta(days=number)).date() for number in range(days)]
    failed = SecurityEvent.objects.for_actor(actor).filter(kind="login.failed", at__gte=since, at__lte=now)
    return Analytics(
        total=sum(by_day.values()),
        days=[(day, by_day.get(day, 0)) for day in shown],
        hours=[(hour, by_hour.get(hour, 0)) for hour in range(24)],
        actions=_counted(events, "action", LONGEST_LIST),
        people=_counted(events.exclude(actor_label=""), "actor_label", LONGEST_LIST),
        objects=_counted(events.exclude(object_type=""), "object_type", LONGEST_LIST),
        failures=_counted(failed.exclude(person_label=""), "person_label", LONGEST_LIST),
    )


def _counted(rows: "QuerySet[Any]", name: str, most: int | None = None) -> Counts:
    found = rows.order_by().values_list(name).annotate(count=Count("*")).order_by("-count", name)
    return list(found[:most] if most else found)
