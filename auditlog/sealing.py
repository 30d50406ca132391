"""Seals what was recorded since the last time: one tree per class, one chain over all of them (docs/audit.md)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from auditlog.leaves import iso
from auditlog.models import AuditEvent, AuditSeal, Retention
from auditlog.names import NAMED, remember
from auditlog.proof import NO_SEAL_BEFORE, key_id, merkle_root, seal_hash, sealed_bytes
from auditlog.publishing import publish
from auditlog.signing import signing_key
from auditlog.tallies import COUNTED, add, counted
from crm.core.any_of import any_of

log = structlog.get_logger("vouch.audit")

# So that a web process that seals a backlog, where no worker does, grows by 13 MB and not by 90.
LARGEST_SEAL = 10_000
MARKED_AT_ONCE = 10_000 if connection.vendor == "postgresql" else 500
ADVISORY_LOCK = 0x5EA1
READ = ("id", "leaf", *dict.fromkeys((*COUNTED, *NAMED)))
_as_counted, _as_named = (itemgetter(*map(READ.index, names)) for names in (COUNTED, NAMED))


def seal_pending(at: datetime | None = None) -> list[AuditSeal]:
    """Seals every unsealed event that is visible now, and publishes each seal to the log stream and the bucket.

    It takes unsealed rows and never a range of ids, because a transaction may commit events older than some that are
    sealed already; those wait for the next seal.
    """
    now, made = at or timezone.now(), []
    for retention in Retention.values:
        while seal := _seal_some(retention, now):
            made.append(seal)
            log.info("audit_seal", **as_line(seal))
    return made


@transaction.atomic
def _seal_some(retention: str, now: datetime) -> AuditSeal | None:
    one_sealer_at_a_time()
    unsealed = AuditEvent.objects.filter(seal__isnull=True, retention=retention).order_by("id")
    rows = list(unsealed.values_list(*READ)[:LARGEST_SEAL])
    if not rows:
        return None
    seal = _signed(retention, [bytes(leaf) for _id, leaf, *_rest in rows], now)
    seal.save(force_insert=True)
    _mark(seal, [row[0] for row in rows])
    add(counted(map(_as_counted, rows)))
    remember(map(_as_named, rows))
    publish(as_line(seal))
    return seal


def one_sealer_at_a_time() -> None:
    """Two sealers would fork the chain; SQLite's immediate transactions are such a lock by themselves."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])


def _signed(retention: str, leaves: Sequence[bytes], now: datetime) -> AuditSeal:
    key, last = signing_key(), AuditSeal.objects.order_by("-seq").first()
    seal = AuditSeal(
        seq=last.seq + 1 if last else 1,
        retention=retention,
        n=len(leaves),
        root=merkle_root(leaves).hex(),
        at=max(now, last.at) if last else now,
        prev=seal_hash(as_line(last)) if last else NO_SEAL_BEFORE,
        kid=key_id(key.public_key()),
    )
    seal.until = seal.at + settings.AUDIT_RETENTION[retention]
    seal.signature = key.sign(sealed_bytes(as_line(seal))).hex()
    return seal


def _mark(seal: AuditSeal, ids: list[Any]) -> None:
    for some in _batches(ids):
        AuditEvent.objects.filter(any_of("pk", some)).update(seal=seal)


def _batches(ids: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(ids), MARKED_AT_ONCE):
        yield ids[start : start + MARKED_AT_ONCE]


def as_line(seal: AuditSeal) -> dict[str, Any]:
    """As auditlog.proof reads it, and as it is published."""
    return {
        "kind": "seal",
        **{name: getattr(seal, name) for name in ("seq", "retention", "n", "root", "prev", "kid", "signature")},
        "at": iso(seal.at),
        "until": iso(seal.until),
    }
