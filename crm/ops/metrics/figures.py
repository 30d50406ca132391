"""What has to be asked of the database: at most every METRICS_FIGURES_SECONDS, however often somebody scrapes."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from threading import Lock
from time import monotonic

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from crm.ops.metrics.ages import audit_figures, backup_figures, key_figures
from crm.ops.metrics.gauges import gauge
from crm.ops.metrics.machine import database_figures, disk_figures
from crm.ops.metrics.queues import delivery_figures, health_gauge, job_figures, up
from crm.ops.states import checks

Part = Callable[[datetime], Iterable[GaugeMetricFamily]]
OF_DATABASE: tuple[Part, ...] = (
    delivery_figures,
    job_figures,
    backup_figures,
    key_figures,
    audit_figures,
    database_figures,
)

log = structlog.get_logger("vouch.metrics")


class Figures:
    """Kept for a while; whoever comes meanwhile gets what is kept, and waits only while it is being made."""

    def __init__(self) -> None:
        self.lock, self.kept, self.until = Lock(), [], 0.0  # type: ignore[var-annotated]

    def collect(self) -> list[GaugeMetricFamily]:
        with self.lock:
            if monotonic() >= self.until:
                self.kept = list(measured(timezone.now()))
                self.until = monotonic() + settings.METRICS_FIGURES_SECONDS
            return self.kept

    def forget(self) -> None:
        self.until = 0.0


def measured(at: datetime) -> Iterator[GaugeMetricFamily]:
    """What does not need the database stays when that is away."""
    start = monotonic()
    yield from disk_figures(at)
    try:
        yield from list(chain.from_iterable(part(at) for part in OF_DATABASE))
        yield up(True)
    except DatabaseError as error:
        log.error("figures_without_database", error=type(error).__name__)
        yield up(False)
    yield health_gauge({name: str(state) for name, state in checks().items()})
    yield gauge("figures_seconds", "What it took to ask for all of this.", monotonic() - start)


figures = Figures()
