"""The bucket against the trail: what was published anchors a verification, and what is missing there is sent again."""

import json
from datetime import datetime

from auditlog import bucket
from auditlog.models import AuditSeal
from auditlog.proof import seal_hash
from auditlog.publishing import SEAL, alarm, publish
from auditlog.sealing import as_line
from crm.outbox.models import Delivery, State

BATCH = 500


class Removed(Exception):
    """Says which seal was published and is not there any more."""


def published(since: int = 1) -> dict[int, str]:
    """The hashes of the seals in the bucket, by number. Raises what botocore raises."""
    lines = map(json.loads, bucket.read_all(since))
    return {line["seq"]: seal_hash(line) for line in lines}


def publish_missing(at: datetime) -> int:
    """Sends what was sealed before there was a bucket, or given up while it was away. Answers how many.

    Raises Removed, after an alarm, where the bucket knows later seals than the trail; or what botocore raises.
    """
    there = set(bucket.numbers())
    sealed = list(AuditSeal.objects.order_by("seq").values_list("seq", flat=True))
    known = there | on_their_way()
    missing = [number for number in sealed if number not in known]
    for start in range(0, len(missing), BATCH):
        for seal in AuditSeal.objects.filter(seq__in=missing[start : start + BATCH]).order_by("seq"):
            publish(as_line(seal), again=f":{at:%Y-%m-%d}")
    _ensure_nothing_was_removed(there, sealed[-1] if sealed else 0)
    return len(missing)


def on_their_way() -> set[int]:
    waiting = Delivery.objects.filter(kind=SEAL, state__in=(State.PENDING, State.PROCESSING))
    return {int(key.split(":")[1]) for key in waiting.values_list("key", flat=True)}


def _ensure_nothing_was_removed(there: set[int], last: int) -> None:
    """The bucket was read first, so that a seal made meanwhile is in the trail."""
    if beyond := [number for number in there if number > last]:
        first = f"seal.removed: seal {min(beyond)}: it was published and is not there any more"
        alarm(first)
        raise Removed(first)
