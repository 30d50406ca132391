"""The names of records in the trail (docs/adr/0053-names-in-the-trail.md): kept by sealer, purge and erasure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from auditlog.models import AuditEvent, AuditName
from auditlog.proof import Finding

NAMED = ("object_type", "object_id", "object_label")
# Up to so many records are looked up by their ids; a name that more of them have is met soon on the way back in time.
FEW = 500
BATCH = 500


def remember(named: Iterable[tuple[str, str, str]]) -> None:
    """What records are called in a seal that was just made, as NAMED; most is known already."""
    fresh = [AuditName(object_type=kind, object_id=pk, label=label) for kind, pk, label in set(named) if label]
    AuditName.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)


def forget(objects: Iterable[str]) -> None:
    """Of the records with these ids, the names that no sealed event has any longer."""
    ids = sorted(set(objects))
    still = AuditEvent.objects.filter(
        object_type=OuterRef("object_type"), object_id=OuterRef("object_id"), object_label=OuterRef("label")
    )
    for start in range(0, len(ids), BATCH):
        names = AuditName.objects.filter(object_id__in=ids[start : start + BATCH])
        names.exclude(Exists(still.filter(seal__isnull=False))).delete()


def called(rows: QuerySet[AuditEvent], text: str) -> QuerySet[AuditEvent]:
    """Events whose record was called so at the time, in any case, by any fragment."""
    named = rows.filter(object_label__icontains=text)
    names = AuditName.objects.filter(label__icontains=text).order_by()
    found = list(names.values_list("object_type", "object_id").distinct()[: FEW + 1])
    return named if len(found) > FEW else named.filter(_of(found) | Q(seal__isnull=True))


def _of(records: Iterable[tuple[str, str]]) -> Q:
    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    for kind, pk in records:
        by_kind[kind].append(pk)
    return Q(*[Q(object_type=kind, object_id__in=ids) for kind, ids in by_kind.items()], _connector=Q.OR)


def missing(since: int) -> Iterator[Finding]:
    """Records that a search would not find by a name they have in an event since this seal: somebody removed it."""
    name = AuditName.objects.filter(
        object_id=OuterRef("object_id"), object_type=OuterRef("object_type"), label=OuterRef("object_label")
    )
    events: QuerySet[Any] = AuditEvent.objects.filter(seal_id__gte=since).exclude(object_label="")
    for kind, pk in events.exclude(Exists(name)).order_by().values_list("object_type", "object_id").distinct():
        yield Finding("name.missing", f"{kind}:{pk} has a name in the trail that no search finds")
