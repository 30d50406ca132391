"""Counting what was sealed, by hour (docs/adr/0030-tallies.md): kept by the sealer and the purge, read by analytics."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncHour

from auditlog.models import AuditEvent, AuditTally
from auditlog.models.tallies import NO_TEAM, Dimension
from auditlog.proof import Finding

KEPT = timedelta(days=92)
COUNTED = ("at", "action", "actor_id", "actor_kind", "actor_label", "object_type", "team_id")
READING = (".viewed_sensitive", ".exported", ".downloaded")
BATCH = 500

Key = tuple[datetime, str, str, UUID]


def keys_of(event: tuple[Any, ...]) -> Iterator[Key]:
    """What one event, as COUNTED, adds one to."""
    at, action, actor_id, kind, label, object_type, team_id = event
    hour, team = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0), team_id or NO_TEAM
    yield hour, Dimension.ACTION.value, action, team
    person = str(actor_id) if actor_id else label if kind == "system" else ""
    if person:
        yield hour, Dimension.PERSON.value, person, team
        if action.endswith(READING):
            yield hour, Dimension.READER.value, person, team
    if object_type:
        yield hour, Dimension.OBJECT.value, object_type, team


def counted(events: Iterable[tuple[Any, ...]]) -> Counter[Key]:
    return Counter(key for event in events for key in keys_of(event))


def add(counts: Counter[Key]) -> None:
    """By the sealer, whose lock keeps two from counting at once."""
    known = _known(counts)
    changed = [tally for key, tally in known.items() if key in counts]
    for key, tally in known.items():
        tally.count += counts[key]
    AuditTally.objects.bulk_update(changed, ["count"], batch_size=BATCH)
    fresh = [AuditTally(**_named(key), count=count) for key, count in counts.items() if key not in known]
    AuditTally.objects.bulk_create(fresh, batch_size=BATCH)


def take_away(counts: Counter[Key]) -> None:
    """What is purged is no longer counted."""
    for key, tally in _known(counts).items():
        tally.count -= counts[key]
        if tally.count:
            tally.save(update_fields=["count"])
        else:
            tally.delete()


def _known(counts: Counter[Key]) -> dict[Key, AuditTally]:
    rows = AuditTally.objects.filter(hour__in={key[0] for key in counts})
    return {key: row for row in rows if (key := _key(row)) in counts}


def _key(row: AuditTally) -> Key:
    return row.hour, row.dimension, row.value, row.team_id


def _named(key: Key) -> dict[str, Any]:
    return dict(zip(("hour", "dimension", "value", "team_id"), key, strict=True))


def sealed_since(since: datetime) -> Counter[Key]:
    """Counted from the events themselves, grouped by the database."""
    names = COUNTED[1:]
    rows: QuerySet[Any] = AuditEvent.objects.filter(seal__isnull=False, at__gte=since)
    hours = rows.order_by().annotate(hour=TruncHour("at", tzinfo=UTC)).values_list("hour", *names)
    found: Counter[Key] = Counter()
    for *event, count in hours.annotate(count=Count("*")):
        for key in keys_of(tuple(event)):
            found[key] += count
    return found


def differences(at: datetime) -> Iterator[Finding]:
    """Where the tallies of the hours they are kept for are not what the events say."""
    since = (at - KEPT + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    told = {_key(row): row.count for row in AuditTally.objects.filter(hour__gte=since).iterator(chunk_size=5000)}
    real = sealed_since(since)
    for key in sorted(set(told) | set(real), key=str):
        if told.get(key, 0) != real[key]:
            hour, dimension, value, _team = key
            message = f"{dimension} {value}: {told.get(key, 0)} counted where {real[key]} events are sealed"
            yield Finding("tally.count", f"{hour:%Y-%m-%d %H}:00 {message}")


def purge_tallies(at: datetime) -> int:
    """Forgets the hours that no period of the analytics reaches."""
    return AuditTally.objects.filter(hour__lt=at - KEPT).delete()[0]
