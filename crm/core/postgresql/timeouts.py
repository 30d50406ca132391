"""How long a statement, a wait for a lock, and a transaction in which nothing happens may last, by duty."""

from dataclasses import asdict, dataclass
from typing import Any

from crm.core.processes import Duty


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Milliseconds by PostgreSQL's own names; 0 is without end."""

    statement_timeout: int
    lock_timeout: int
    idle_in_transaction_session_timeout: int


SECOND, MINUTE = 1_000, 60_000
# A migration may take its time, but whoever waits for its lock makes everybody behind it wait, too.
TIMEOUTS = {
    Duty.WEB: Timeouts(15 * SECOND, 3 * SECOND, 15 * SECOND),
    Duty.WORK: Timeouts(15 * MINUTE, MINUTE, 5 * MINUTE),
    Duty.MIGRATION: Timeouts(0, 2 * SECOND, 0),
}


def as_options(duty: Duty) -> str:
    """For the start of a connection: no statement is spent on them."""
    return " ".join(f"-c {name}={value}" for name, value in asdict(TIMEOUTS[duty]).items())


def set_on(connection: Any, duty: Duty) -> None:
    """On a connection that was opened for another duty; outside a transaction."""
    names = ", ".join("set_config(%s, %s, false)" for _ in asdict(TIMEOUTS[duty]))
    values = [part for name, value in asdict(TIMEOUTS[duty]).items() for part in (name, str(value))]
    connection.execute(f"SELECT {names}", values)
