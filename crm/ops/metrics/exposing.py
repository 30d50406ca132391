"""What a scrape gets: the counts of all processes of this machine, and the figures of the database."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from crm.core.access import public
from crm.core.errors import NotFound, Unauthenticated
from crm.core.metrics import REGISTRY
from crm.core.metrics_files import alone_in, fold_ended
from crm.core.pool_metrics import note_pool
from crm.ops.metrics.figures import figures


class Everything(CollectorRegistry):
    """For the page and for a port of its own."""

    def collect(self) -> Iterator[Metric]:
        note_pool()
        yield from counts()
        yield from figures.collect()


def counts() -> list[Metric]:
    if not settings.METRICS_DIR:
        return list(REGISTRY.collect())
    with alone_in(settings.METRICS_DIR):
        fold_ended(settings.METRICS_DIR)
        return list(MultiProcessCollector(CollectorRegistry(), str(settings.METRICS_DIR)).collect())


@public("Prometheus brings a token of its own; where none is set, there is no such page")
def metrics(request: HttpRequest) -> HttpResponse:
    """Raises NotFound without METRICS_TOKEN, Unauthenticated for another one."""
    if not settings.METRICS_TOKEN:
        raise NotFound()
    presented = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(presented.encode(), settings.METRICS_TOKEN.encode()):
        raise Unauthenticated()
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(generate_latest(Everything()), content_type=CONTENT_TYPE_LATEST, headers=headers)
