"""What is decided over time, every five minutes: bulk reads off hours, and whatever no thread got round to."""

from datetime import datetime, time, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.utils import timezone

from auditlog.alerts.data import BY_NAME, RULES, RuleData, rules_for
from auditlog.alerts.findings import about
from auditlog.alerts.reading import write_volumes
from auditlog.alerts.watching import judge
from auditlog.models import AlertEvidence, AnomalyRule, Familiar, ReadVolume, SecurityEvent, Severity
from auditlog.security import security_event
from crm.core.actor import Origin

OFF_HOURS = "reads.off_hours"
WORKDAYS = 5
IS_NOBODY = {"insider": False, "stranger": True}
COUNTING = ("count", "amount", "insider", "stranger")
# How far back it looks for what was not judged, such as by a process that was killed.
LOOKS_BACK, LONGEST_LOOK = timedelta(minutes=20), timedelta(days=1)
MOST, MOST_SUBJECTS = 1000, 200


def scan(at: datetime | None = None) -> int:
    """Answers how many events were judged. Looking again changes nothing, so two at once do no harm."""
    now = at or timezone.now()
    write_volumes(now)
    report_off_hours(now)
    events = [*_bursts(now), *_unlearned(now)]
    for event in events:
        judge(event)
    return len(events)


def report_off_hours(at: datetime) -> int:
    """One security event for each hour in which somebody read more than the rule allows outside business hours."""
    rule = AnomalyRule.objects.filter(name="off_hours_reads", is_enabled=True).first()
    if rule is None:
        return 0
    rows = ReadVolume.objects.filter(updated_at__gte=at - rule.window, rows__gte=rule.threshold)
    found = [one for one in rows.filter(reported_at__isnull=True)[:MOST] if is_off_hours(rule, one)]
    return sum(_report(volume, at) for volume in found)


def is_off_hours(rule: AnomalyRule, volume: ReadVolume) -> bool:
    """Saturday, Sunday, or an hour that begins before opening or after closing; without hours, never."""
    if rule.opens is None or rule.closes is None:
        return False
    begins = time(volume.hour)
    return volume.day.weekday() >= WORKDAYS or not rule.opens <= begins < rule.closes


@transaction.atomic
def _report(volume: ReadVolume, at: datetime) -> int:
    """By whoever marks the row first."""
    if not ReadVolume.objects.filter(pk=volume.pk, reported_at__isnull=True).update(reported_at=at):
        return 0
    security_event(
        OFF_HOURS,
        Severity.MEDIUM,
        Origin(),
        person_id=volume.person_id,
        person_label=volume.person_label,
        team_id=volume.team_id,
        rows=volume.rows,
        hour=f"{volume.day} {volume.hour:02}:00",
    )
    return 1


def _bursts(at: datetime) -> list[SecurityEvent]:
    """The last event of each subject that reached a threshold within the rule's window."""
    enabled = AnomalyRule.objects.filter(is_enabled=True)
    counting = [(rule, BY_NAME[rule.name]) for rule in enabled if BY_NAME[rule.name].check in COUNTING]
    last = {pk for rule, data in counting for pk in _last_events(rule, data, at)}
    return list(SecurityEvent.objects.filter(pk__in=last).order_by("at", "id"))


def _last_events(rule: AnomalyRule, data: RuleData, at: datetime) -> list[UUID]:
    told = AlertEvidence.objects.filter(rule=rule, event_id=OuterRef("pk"))
    since = at - min(max(rule.window, LOOKS_BACK), LONGEST_LOOK)
    rows = SecurityEvent.objects.filter(kind__in=data.kinds, at__gte=since, at__lte=at)
    if data.check in IS_NOBODY:
        rows = rows.filter(person_id__isnull=IS_NOBODY[data.check])
    if rule.threshold == 1 and data.check != "amount":
        return list(rows.exclude(Exists(told)).order_by("-at").values_list("pk", flat=True)[:MOST])
    subject = "network" if data.subject == "address" else "person_id"
    least = 1 if data.check == "amount" else rule.threshold
    grouped = rows.order_by().values(subject).annotate(number=Count("pk"), last=Max("at")).filter(number__gte=least)
    found = grouped.values_list(subject, "last")[:MOST_SUBJECTS]
    ends = [Q(**{subject: value, "at": end}) for value, end in found if value]
    last = rows.filter(reduce(or_, ends)).exclude(Exists(told)) if ends else rows.none()
    return list(last.values_list("pk", flat=True))


def _unlearned(at: datetime) -> list[SecurityEvent]:
    """Sign-ins and uses of keys whose person or key was not seen since."""
    kinds = {kind for data in RULES if data.check in ("device", "network", "key_network") for kind in data.kinds}
    events = SecurityEvent.objects.filter(kind__in=kinds, at__gte=at - LOOKS_BACK, at__lte=at).order_by("at")[:MOST]
    recent = Familiar.objects.filter(last_seen_at__gte=at - LOOKS_BACK).order_by("last_seen_at")
    seen = dict(recent.values_list("subject", "last_seen_at"))
    return [event for event in events if event.at > seen.get(_watched(event), event.at - LOOKS_BACK)]


def _watched(event: SecurityEvent) -> str:
    return about(event, rules_for(event.kind)[0].subject).key
