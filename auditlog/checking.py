"""Verifying, by hand and by the clock: what was sealed since the last good check, and once a week everything."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from auditlog.models import AuditEvent, Severity
from auditlog.names import missing
from auditlog.proof import Finding, Keys, seal_hash
from auditlog.sealing import seal_pending
from auditlog.security import security_event
from auditlog.services import record
from auditlog.tallies import differences
from auditlog.trail import one_moment, verification
from crm.core.actor import Actor, Origin

CHECKED = "audit.checked"
EVERYTHING_EVERY = timedelta(days=7)

Tell = Callable[[Finding], None]


@dataclass(frozen=True, slots=True)
class Check:
    """What a verification looked at, how much it found, and the last seal it saw (0: there is none) with its hash."""

    seals: int
    events: int
    findings: int
    first: str
    seal: int
    hash: str

    def __str__(self) -> str:
        verdict = "verified" if not self.findings else f"{self.findings} findings"
        return f"{self.seals} seals, {self.events} events: {verdict}"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A good check, as the trail itself tells of it."""

    at: datetime
    since: int
    seal: int
    hash: str


def nobody(finding: Finding) -> None:
    """The number and the first of them are enough."""


def verify(
    since: int = 1,
    anchors: dict[int, str] | None = None,
    keys: Keys | None = None,
    tell: Tell = nobody,
    at: datetime | None = None,
) -> Check:
    """Events, seals, tallies and names as they stand at one moment. Whatever is wrong is a critical security event.

    `at`: the moment that a restored copy shows, by which its events may have waited for their seal.
    """
    count, first = 0, ""
    with one_moment():
        run, findings = verification(since, anchors, keys, at)
        for finding in chain(findings, differences(run.at), missing(since)):
            count, first = count + 1, first or str(finding)
            tell(finding)
    if count:
        security_event("audit.mismatch", Severity.CRITICAL, Origin(), findings=count, first=first[:200])
    last = run.before
    return Check(run.seals, run.events, count, first, last["seq"] if last else 0, seal_hash(last) if last else "")


def check_trail(actor: Actor, at: datetime) -> Check:
    """From the seal that the last good check ended with, which must still be the same one; or everything.

    What waits is sealed before, or else a check after a pause would name all of it.
    """
    seal_pending()
    last = last_good()
    since = last.seal if last and everything_checked_after(at - EVERYTHING_EVERY) else 1
    check = verify(since, {last.seal: last.hash} if last else {})
    if check.seal and not check.findings:
        _remember(actor, since, check)
    return check


def last_good() -> Remembered | None:
    event = AuditEvent.objects.filter(action=CHECKED).order_by("-at", "-id").first()
    return _remembered(event) if event else None


def everything_checked_after(moment: datetime) -> bool:
    recent = AuditEvent.objects.filter(action=CHECKED, at__gt=moment).order_by("-at")
    return any(_remembered(event).since == 1 for event in recent)


def _remembered(event: AuditEvent) -> Remembered:
    told = {name: after for name, (_before, after) in json.loads(event.changes).items()}
    return Remembered(event.at, told["since"], told["seal"], told["hash"])


def _remember(actor: Actor, since: int, check: Check) -> None:
    told = {"since": since, "seal": check.seal, "hash": check.hash, "seals": check.seals, "events": check.events}
    record(actor, CHECKED, None, {name: (None, value) for name, value in told.items()})
