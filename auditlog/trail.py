"""The trail as rows that auditlog.proof verifies: streamed from the database, never held in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from auditlog.leaves import plain
from auditlog.models import AuditEvent, AuditSeal
from auditlog.proof import PERSONAL, PUBLIC, Finding, Keys, Verification, inclusion_path
from auditlog.sealing import as_line
from auditlog.signing import public_keys
from crm.core.errors import Conflict

CHUNK = 5000
COLUMNS = (*PUBLIC, *PERSONAL, "salt", "commitment", "leaf", "erased_at", "seal_id")

SNAPSHOT = {"postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "sqlite": "BEGIN"}


@contextmanager
def one_moment() -> Iterator[None]:
    """What is read within stood in the database at one moment; or else a seal made meanwhile would seem to be empty.

    Django's `atomic` would lock SQLite against writers. Within a transaction of the caller's, the caller sees to that.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def verification(
    since: int = 1, anchors: dict[int, str] | None = None, keys: Keys | None = None, at: datetime | None = None
) -> tuple[Verification, Iterator[Finding]]:
    """A run over everything, or from seal `since` on, with the seal before it as its anchor."""
    run = Verification(keys or public_keys(), at or timezone.now(), anchors or {})
    before = AuditSeal.objects.filter(seq=since - 1).first()
    run.before = as_line(before) if before else None
    return run, run.run(seal_lines(since), event_rows(since), since)


def seal_lines(since: int = 1) -> Iterator[dict[str, Any]]:
    for seal in AuditSeal.objects.filter(seq__gte=since).order_by("seq").iterator(chunk_size=CHUNK):
        yield as_line(seal)


def event_rows(since: int = 1) -> Iterator[dict[str, Any]]:
    """Sealed ones in the order of their seals, then those that still wait."""
    sealed = AuditEvent.objects.filter(seal_id__gte=since).order_by("seal_id", "id")
    waiting = AuditEvent.objects.filter(seal__isnull=True).order_by("id")
    for rows in (sealed, waiting):
        for values in rows.values_list(*COLUMNS).iterator(chunk_size=CHUNK):
            yield as_row(values)


def as_row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = {name: plain(value) for name, value in zip(COLUMNS[:-5], values[:-5], strict=True)}
    salt, commitment, leaf, erased_at, seal = values[-5:]
    row |= {"kind": "event", "salt": salt.hex(), "commitment": commitment.hex(), "leaf": leaf.hex()}
    return row | {"erased": erased_at is not None, "seal": seal}


def lines(since: int = 1) -> Iterator[dict[str, Any]]:
    """An export that the stand-alone verifier reads: every seal, then every event."""
    yield from seal_lines(since)
    yield from event_rows(since)


def inclusion_proof(event: AuditEvent) -> dict[str, Any]:
    """That this very event is in its seal: for whoever has the public key and nothing else.

    Raises Conflict (`not_sealed_yet`) in the first minute of an event.
    """
    if event.seal_id is None:
        raise Conflict("The event is sealed within a minute; ask again.", code="not_sealed_yet")
    leaves = list(AuditEvent.objects.filter(seal=event.seal_id).order_by("id").values_list("id", "leaf"))
    index = [pk for pk, _leaf in leaves].index(event.pk)
    values = AuditEvent.objects.values_list(*COLUMNS).get(pk=event.pk)
    return {
        "event": as_row(values),
        "index": index,
        "path": [node.hex() for node in inclusion_path([bytes(leaf) for _pk, leaf in leaves], index)],
        "seal": as_line(AuditSeal.objects.get(seq=event.seal_id)),
    }
