"""What the database says became of each message, beside what the receivers took."""

from collections import Counter
from dataclasses import dataclass, field

import psycopg

from benchmarks.faults.receivers import Taken

UNFINISHED = ("pending", "processing")


@dataclass
class Verdict:
    lines: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def expect(self, holds: bool, fault: str) -> None:
        if not holds:
            self.faults.append(fault)


def unfinished(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM outbox_delivery WHERE state = ANY(%s)", [list(UNFINISHED)])
        return int(row.fetchone()[0])  # type: ignore[index]


def judged(url: str, kind: str, expected: int, took: Counter[str], subject: str = "%", but: str = "") -> Verdict:
    """Each was enqueued once and ended; none that counts as sent is missing; duplicates are counted.

    Beside the `expected` ones with that subject the product may send some of its own, such as a summary of the day,
    and some to the endpoint `but`, until it is switched off.
    """
    with psycopg.connect(url) as connection:
        asked = "SELECT id::text, state, attempts, subject LIKE %s AND topic <> %s FROM outbox_delivery WHERE kind = %s"
        rows = connection.execute(asked, [subject, but, kind]).fetchall()
    states = {name: (state, attempts) for name, state, attempts, _is_ours in rows}
    ours = Counter(state for _name, state, _attempts, is_ours in rows if is_ours)
    verdict = Verdict()
    counted = Counter(state for state, _attempts in states.values())
    sent = {name for name, (state, _attempts) in states.items() if state == "sent"}
    lost, twice = sent - set(took), sum(times - 1 for times in took.values())
    again = sum(attempts > 1 for _state, attempts in states.values())
    said = ", ".join(f"{number:,} {state}" for state, number in sorted(counted.items()))
    verdict.lines.append(f"| {kind} | {len(states):,} | {said} | {again:,} | {twice:,} | {len(lost)} |")
    verdict.expect(ours.total() == expected, f"{kind}: {ours.total()} deliveries where {expected} were enqueued")
    verdict.expect(not lost, f"{kind}: {len(lost)} count as sent and were never taken")
    verdict.expect(not set(took) - set(states), f"{kind}: something arrived that was never enqueued")
    verdict.expect(not ours.keys() & set(UNFINISHED), f"{kind}: {ours} – not all came to an end")
    return verdict


def judged_gone(url: str, webhook: str) -> Verdict:
    """Who answers 410 is not asked again: the endpoint is off, one delivery was refused, and none waits or was sent."""
    with psycopg.connect(url) as connection:
        asked = "SELECT state, count(*) FROM outbox_delivery WHERE topic = %s GROUP BY state"
        states = dict(connection.execute(asked, [webhook]).fetchall())
        is_active = connection.execute("SELECT is_active FROM webhooks_webhook WHERE id = %s", [webhook]).fetchone()
    verdict = Verdict([f"| to an endpoint that is gone | {sum(states.values())} | {states} | | | |"])
    verdict.expect(is_active == (False,), "an endpoint that answers 410 is still asked")
    verdict.expect(states.get("failed", 0) >= 1, f"410 refused nothing: {states}")
    verdict.expect(states.keys() <= {"failed", "suppressed"}, f"410 left deliveries otherwise: {states}")
    return verdict


def told_faults(taken: Taken) -> str:
    done = {name: number for name, number in taken.faults.items() if not name.startswith("asked:")}
    return ", ".join(f"{name} {number:,}" for name, number in sorted(done.items()))
