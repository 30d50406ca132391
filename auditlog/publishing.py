"""Seals leave the house by the outbox, so that a bucket that is away keeps no seal waiting and none is forgotten."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from auditlog import bucket
from auditlog.models import Severity
from auditlog.proof import canonical
from auditlog.security import security_event
from crm.core.actor import Origin
from crm.core.object_storage import status_of
from crm.outbox.errors import Deferred, Refused, Unreachable
from crm.outbox.models import Delivery, Priority
from crm.outbox.services import enqueue

SEAL = "seal"
CONFLICT = 409


def publish(line: dict[str, Any], again: str = "") -> None:
    """In the transaction that makes the seal; nothing where no bucket is set. `again` tells a later try apart."""
    if bucket.is_set():
        number = line["seq"]
        # Its signature, too, or else a seal that takes the number of one that was removed would count as sent.
        key = f"seal:{number}:{line['signature'][:16]}{again}"
        enqueue(SEAL, line, key=key, priority=Priority.LOW, subject=f"Seal {number}")


def send_seal(delivery: Delivery, line: dict[str, Any]) -> None:
    """Raises Refused where another seal stands under this number: the trail was cut off and went on otherwise."""
    try:
        bucket.write_once(line["seq"], canonical(line))
    except bucket.AnotherStands as error:
        alarm(f"seal.anchor: seal {line['seq']}: it is not the seal that was published")
        raise Refused(f"Another seal stands at {error}.") from error
    except (BotoCoreError, ClientError) as error:
        raise judged(error) from error


def judged(error: BotoCoreError | ClientError) -> Deferred:
    """Two writers of one name concern this seal alone; whatever else is wrong, the other seals would meet, too."""
    alone = isinstance(error, ClientError) and status_of(error) == CONFLICT
    return (Deferred if alone else Unreachable)(f"The bucket did not take it: {type(error).__name__}: {error}")


def alarm(first: str) -> None:
    security_event("audit.mismatch", Severity.CRITICAL, Origin(), findings=1, first=first)
