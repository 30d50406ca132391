"""Figures of the security centre: open alerts, and events by day."""

import hashlib
from datetime import date, datetime, timedelta
from typing import cast

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from auditlog.models import Alert, SecurityEvent, Severity
from crm.core.actor import Actor
from crm.core.permissions import Reach

BADGE_SECONDS, DAYS_SECONDS = 30, 60
DAYS = 14
SHOWN = 6

# Days, and for all and for grave events how many on each.
Days = tuple[list[date], dict[str, list[int]]]


def open_count(actor: Actor) -> int:
    """Beside the navigation's entry: one query, at most twice a minute for all who see the same."""
    if actor.reach("security:read") is Reach.NONE:
        return 0
    key = f"open-alerts:{_scope(actor)}"
    return int(cache.get_or_set(key, lambda: Alert.objects.for_actor(actor).unresolved().count(), BADGE_SECONDS) or 0)


def _scope(actor: Actor) -> str:
    """The same for all who see the same."""
    reach = actor.reach("security:read")
    seen = {Reach.TEAM: "-".join(sorted(map(str, actor.team_ids))), Reach.OWN: str(actor.id)}
    return hashlib.sha256(f"{reach.name}:{seen.get(reach, '')}".encode()).hexdigest()[:32]


def by_severity(actor: Actor) -> dict[str, int]:
    """Unresolved alerts, the gravest first; every severity that asks for a look is there."""
    rows = Alert.objects.for_actor(actor).unresolved().order_by().values_list("severity").annotate(number=Count("pk"))
    found = dict(rows)
    return {str(severity): found.get(severity, 0) for severity in reversed(Severity) if severity != Severity.INFO}


def latest_alerts(actor: Actor, limit: int = SHOWN) -> list[Alert]:
    rows = Alert.objects.for_actor(actor).unresolved().select_related("rule")
    return list(rows.order_by("-last_seen_at", "-id")[:limit])


def latest_events(actor: Actor, limit: int = SHOWN) -> list[SecurityEvent]:
    return list(SecurityEvent.objects.for_actor(actor).order_by("-at", "-id")[:limit])


def events_by_day(actor: Actor) -> Days:
    """The last two weeks in the reader's time zone, at most a minute old: days, and how many on each."""
    now = timezone.localtime()
    key = f"security-days:{_scope(actor)}:{now.date()}:{now.utcoffset()}".replace(" ", "")
    return cast(Days, cache.get_or_set(key, lambda: _events_by_day(actor, now), DAYS_SECONDS))


def _events_by_day(actor: Actor, now: datetime) -> Days:
    since = (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = SecurityEvent.objects.for_actor(actor).filter(at__gte=since, at__lte=now).order_by()
    counted = rows.annotate(day=TruncDate("at")).values_list("day", "severity").annotate(number=Count("pk"))
    days = [(since + timedelta(days=number)).date() for number in range(DAYS)]
    every, grave = dict.fromkeys(days, 0), dict.fromkeys(days, 0)
    for day, severity, number in counted:
        every[day] += number
        grave[day] += number if severity in (Severity.HIGH, Severity.CRITICAL) else 0
    return days, {"every": list(every.values()), "grave": list(grave.values())}
