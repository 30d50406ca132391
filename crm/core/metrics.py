"""What is counted where it happens, for Prometheus (docs/monitoring.md). Labels hold names of ours, never what came in.

With METRICS_DIR the processes of a machine count together, in files (crm/core/metrics_files.py).
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
# Seconds; around what pages usually take, and up to where a worker's time is out.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 15)

REQUESTS = Counter("vouch_http_requests", "Requests answered.", ["method", "route", "status"], registry=REGISTRY)
DURATION = Histogram(
    "vouch_http_request_seconds",
    "How long answers took.",
    ["method", "route"],
    buckets=BUCKETS,
    registry=REGISTRY,
)
REFUSALS = Counter("vouch_refusals", "Answers that refused, by error code.", ["code"], registry=REGISTRY)
SECURITY_EVENTS = Counter("vouch_security_events", "Security events, by kind.", ["kind"], registry=REGISTRY)
REVOCATIONS = Counter("vouch_revocations", "Credentials and sessions ended, by event.", ["event"], registry=REGISTRY)
CACHE_READS = Counter("vouch_cache_reads", "Reads of the cache service.", ["result"], registry=REGISTRY)
BREAKER_TRIPS = Counter("vouch_breaker_trips", "How often Redis was given up for a while.", registry=REGISTRY)
SLOW_QUERIES = Counter("vouch_slow_queries", "Statements over SLOW_QUERY_MS.", registry=REGISTRY)
TRIES = Counter("vouch_delivery_tries", "Tries to deliver, by outcome.", ["kind", "outcome"], registry=REGISTRY)
POOL = Gauge(
    "vouch_pool_connections",
    "Of the pools of all processes: most, open, free, and requests that wait for one.",
    ["state"],
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
POOL_WAITS = Counter("vouch_pool_waits", "Requests that had to wait for a connection.", registry=REGISTRY)
POOL_TIMEOUTS = Counter("vouch_pool_timeouts", "Requests that waited for a connection in vain.", registry=REGISTRY)

# From the first scrape on, so that the first one is an increase.
for _result in ("hit", "miss"):
    CACHE_READS.labels(_result)


def cache_read(found: bool) -> None:
    """For whoever keeps a cache: one read, and whether what was asked for was there."""
    CACHE_READS.labels("hit" if found else "miss").inc()


def breaker_tripped() -> None:
    """Cache and rate limits remember and count by themselves for a while."""
    BREAKER_TRIPS.inc()
