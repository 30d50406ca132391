"""What waits: deliveries by kind, jobs by queue."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min
from prometheus_client.core import GaugeMetricFamily

from crm.ops.job_running import due_slots
from crm.ops.job_standing import Standing, standings
from crm.ops.jobs import QUEUES
from crm.ops.metrics.gauges import gauge, gauges
from crm.outbox.claims import first_in_line
from crm.outbox.models import Delivery, QueuePause, State
from crm.outbox.transports import TRANSPORTS

# So long a failed delivery is news; who looked at it need not be told for the 30 days that it is kept.
DEAD_FOR = timedelta(days=1)


def delivery_figures(at: datetime) -> Iterator[GaugeMetricFamily]:
    """Three queries, on the partial indexes of what is unfinished and on the one of what has finished."""
    none = dict.fromkeys(TRANSPORTS, 0.0)
    rows = Delivery.objects.filter(state__in=(State.PENDING, State.PROCESSING)).order_by()
    waiting = dict(rows.values_list("kind").annotate(number=Count("pk")))
    yield gauges("deliveries_waiting", "Deliveries that are not finished.", ("kind",), none | waiting)
    due = first_in_line(Delivery.objects.filter(state=State.PENDING, next_attempt_at__lte=at)).order_by()
    since = dict(due.values_list("kind").annotate(first=Min("next_attempt_at")))
    ages = {kind: (at - first).total_seconds() for kind, first in since.items()}
    text = "How long the delivery that is due for the longest has waited."
    yield gauges("deliveries_oldest_due_seconds", text, ("kind",), none | ages)
    failed = Delivery.objects.filter(state=State.FAILED, finished_at__gt=at - DEAD_FOR).order_by()
    dead = dict(failed.values_list("kind").annotate(number=Count("pk")))
    yield gauges("deliveries_dead", "Deliveries given up within a day.", ("kind",), none | dead)
    paused = dict.fromkeys(QueuePause.objects.values_list("kind", flat=True), 1.0)
    yield gauges("deliveries_paused", "1 where an operator stopped sending.", ("kind",), none | paused)


def job_figures(at: datetime) -> Iterator[GaugeMetricFamily]:
    found = standings(at)
    labels = ("job", "queue")
    late = [(labels_of(one), one.late.total_seconds()) for one in found]
    yield gauges("job_late_seconds", "Past the moment by which the next success was due.", labels, late)
    missed = [(labels_of(one), one.late // one.every) for one in found]
    yield gauges("job_missed_slots", "Whole periods without a success.", labels, missed)
    failing = [(labels_of(one), float(one.job.is_enabled and bool(one.job.last_error))) for one in found]
    yield gauges("job_failing", "1 where the last run failed.", labels, failing)
    due = Counter(task.queue for task, _slot in due_slots(at))
    yield gauges("jobs_due", "Slots that nobody has begun.", ("queue",), {name: due[name] for name in QUEUES})


def labels_of(one: Standing) -> tuple[str, str]:
    return one.task.name, one.task.queue


def health_gauge(states: dict[str, str]) -> GaugeMetricFamily:
    numbers = {"ok": 0.0, "degraded": 1.0, "down": 2.0}
    values = {name: numbers[state] for name, state in states.items()}
    return gauges("health", "0 ok, 1 degraded, 2 down; as /api/v1/health.", ("check",), values)


def up(works: bool) -> GaugeMetricFamily:
    return gauge("database_up", "1 where the database answered.", works)
