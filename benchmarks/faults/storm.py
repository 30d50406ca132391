"""What happens, and when: after pauses that are shares of the storm's length, so that a short form sees all of it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.cluster import Cluster, as_postgres
from benchmarks.faults.fleet import Broker, Fleet
from benchmarks.faults.web import Web
from benchmarks.scratch import manage

# The release that is rolled out brings this migration; the one before it knows nothing of it.
MIGRATED, BEFORE = "customers", "0023"
HOUR = 3600
RESTARTED, STARTED = "PostgreSQL restarted", "Redis started, empty"


@dataclass(frozen=True)
class Blow:
    after: float
    what: str
    strike: Callable[[], None]


@dataclass(frozen=True)
class House:
    """All that can be hit."""

    environment: dict[str, str]
    web: Web
    fleet: Fleet
    broker: Broker
    cluster: Cluster

    def roll_out(self) -> None:
        manage(self.environment, "migrate", "--verbosity", "0")
        self.web.reload()


def blows(house: House) -> list[Blow]:
    """In order. Workers that are killed every few seconds come on top."""
    fleet, broker = house.fleet, house.broker
    return [
        Blow(0.10, "Redis flushed", broker.flush),
        Blow(0.05, "the web server reloaded", house.web.reload),
        Blow(0.10, "Redis stopped", broker.stop),
        Blow(0.15, STARTED, broker.start),
        Blow(0.05, "a release with a migration rolled out", house.roll_out),
        Blow(0.10, RESTARTED, lambda: restart(house.cluster)),
        Blow(0.10, "the workers' clock an hour ahead", lambda: fleet.move_clock(HOUR)),
        Blow(0.15, "the workers' clock an hour behind", lambda: fleet.move_clock(-HOUR)),
        Blow(0.15, "the workers' clock right again", lambda: fleet.move_clock(0)),
    ]


def restart(cluster: Cluster) -> None:
    as_postgres("pg_ctl", "--pgdata", str(cluster.data), "--wait", "--mode=fast", "restart")


def rage(house: House, seconds: float, kills_every: float) -> list[tuple[float, str]]:
    """(when it fell, what it was), once the last one has fallen and the time is over."""
    began, over, fallen = time.monotonic(), threading.Event(), [(0.0, "nothing but killed workers")]
    killer = threading.Thread(target=_kill, args=(house.fleet, over, kills_every))
    killer.start()
    for blow in blows(house):
        time.sleep(blow.after * seconds)
        fallen.append((time.monotonic() - began, blow.what))
        print(f"{fallen[-1][0]:6.1f} s  {blow.what}", flush=True)
        blow.strike()
    time.sleep(0.05 * seconds)
    over.set()
    killer.join()
    return fallen


def _kill(fleet: Fleet, over: threading.Event, every: float) -> None:
    while not over.wait(every):
        fleet.kill_one()
