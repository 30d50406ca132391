"""What the database says became of each message, beside what the receivers took."""

from collections import Counter
from dataclasses import dataclass, field

import psycopg

from benchmarks.faults.receivers import Taken

UNFINISHED = ("pending", "processing")
# What the product sends of itself meanwhile, such as news of a sign-in.
OF_THE_HOUSE = ["security_alert", "webhook_stopped"]


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


def judged(url: str, kind: str, expected: int, took: Counter[str]) -> Verdict:
    """Each was enqueued once and ended; none that counts as sent is missing; duplicates are counted."""
    with psycopg.connect(url) as connection:
        asked = "SELECT id::text, state, attempts FROM outbox_delivery WHERE kind = %s AND topic <> ALL(%s)"
        states = {name: tuple(rest) for name, *rest in connection.execute(asked, [kind, OF_THE_HOUSE])}
    verdict = Verdict()
    counted = Counter(state for state, _attempts in states.values())
    sent = {name for name, (state, _attempts) in states.items() if state == "sent"}
    lost, twice = sent - set(took), sum(times - 1 for times in took.values())
    again = sum(attempts > 1 for _state, attempts in states.values())
    said = ", ".join(f"{number:,} {state}" for state, number in sorted(counted.items()))
    verdict.lines.append(f"| {kind} | {len(states):,} | {said} | {again:,} | {twice:,} | {len(lost)} |")
    verdict.expect(len(states) == expected, f"{kind}: {len(states)} deliveries where {expected} were enqueued")
    verdict.expect(not lost, f"{kind}: {len(lost)} count as sent and were never taken")
    verdict.expect(not set(took) - set(states), f"{kind}: something arrived that was never enqueued")
    verdict.expect(not counted.keys() & set(UNFINISHED), f"{kind}: {counted} – not all came to an end")
    return verdict


def told_faults(taken: Taken) -> str:
    done = {name: number for name, number in taken.faults.items() if not name.startswith("asked:")}
    return ", ".join(f"{name} {number:,}" for name, number in sorted(done.items()))
