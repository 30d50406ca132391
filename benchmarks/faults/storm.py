"""What happens, and when: shares of the storm's length, so that a short form sees all of it, too."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.cluster import Cluster, as_postgres
from benchmarks.faults.fleet import FAKETIME, Broker, Fleet


@dataclass(frozen=True)
class Blow:
    at: float
    what: str
    strike: Callable[[], None]


def blows(fleet: Fleet, broker: Broker, cluster: Cluster) -> list[Blow]:
    """In order. Workers that are killed every few seconds come on top."""
    return [
        Blow(0.10, "Redis flushed", broker.flush),
        Blow(0.25, "Redis stopped", broker.stop),
        Blow(0.45, "Redis started, empty", broker.start),
        Blow(0.55, "PostgreSQL restarted", lambda: restart(cluster)),
        *([
            Blow(0.65, "the workers' clock an hour ahead", lambda: fleet.move_clock("+1h")),
            Blow(0.80, "the workers' clock an hour behind", lambda: fleet.move_clock("-1h")),
            Blow(0.95, "the workers' clock right again", lambda: fleet.move_clock("")),
        ] if FAKETIME.exists() else []),
    ]  # fmt: skip


def restart(cluster: Cluster) -> None:
    as_postgres("pg_ctl", "--pgdata", str(cluster.data), "--wait", "--mode=fast", "restart")


def rage(fleet: Fleet, broker: Broker, cluster: Cluster, seconds: float, kills_every: float) -> None:
    """Returns when the last blow has fallen and the time is over."""
    began, over = time.monotonic(), threading.Event()
    killer = threading.Thread(target=_kill, args=(fleet, over, kills_every))
    killer.start()
    for blow in blows(fleet, broker, cluster):
        time.sleep(max(0.0, began + blow.at * seconds - time.monotonic()))
        blow.strike()
        print(f"{time.monotonic() - began:6.1f} s  {blow.what}", flush=True)
    time.sleep(max(0.0, began + seconds - time.monotonic()))
    over.set()
    killer.join()


def _kill(fleet: Fleet, over: threading.Event, every: float) -> None:
    while not over.wait(every):
        fleet.kill_one()
