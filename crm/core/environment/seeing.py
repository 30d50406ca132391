"""What is seen of an installation, by whom, and from when on somebody should look."""

from pathlib import Path
from typing import Annotated, Literal

from crm.core.environment.naming import Group, NoneIfEmpty, name


class Logs(Group):
    """Logs"""

    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = name("INFO", "what is written")
    LOG_FORMAT: Literal["json", "text"] | None = name(None, "how", without="`json` in production, else `text`")
    SLOW_QUERY_MS: int = name(200, "milliseconds from which a statement is logged; 0 for none", ge=0)
    SQL_COMMENTS: bool = name(False, "`true`: route and trace id as a comment behind each statement")


class Monitoring(Group):
    """Monitoring

    [Monitoring](monitoring.md) says what each is for.
    """

    METRICS_TOKEN: str = name(
        "", "what Prometheus sends to `/metrics`", without="there is no such page", needed="at least 32 characters"
    )
    METRICS_DIR: Annotated[Path | None, NoneIfEmpty] = name(
        None,
        "the folder in which the processes of a machine count together",
        without="`metrics` below `DATA_DIR` with a token, else each process counts alone",
        example="/run/vouch/metrics",
    )
    METRICS_FIGURES_SECONDS: int = name(15, "how long figures of the database are kept", ge=1, le=3600)
    SENTRY_DSN: str = name(
        "", "where exceptions are reported", without="nowhere", pattern=r"^(https?://[^\s/@]+@[^\s]+)?$"
    )
    SENTRY_SAMPLE_RATE: float = name(1.0, "share of them, 0 to 1", ge=0, le=1)
    OTEL_EXPORTER_OTLP_ENDPOINT: str = name(
        "",
        "where traces are sent, by OTLP over HTTP",
        example="http://collector:4318",
        without="nowhere",
        pattern=r"^(https?://[^\s?#]+)?$",
    )
    OTEL_SAMPLE_RATE: float = name(0.05, "share of them, 0 to 1", ge=0, le=1)
    HEALTH_LONGEST_WAIT_SECONDS: int = name(300, "how long something due may wait before health is `degraded`", ge=1)
    HEALTH_LONGEST_QUEUE: int = name(10_000, "how many deliveries may be unfinished", ge=1)
    HEALTH_SLOWEST_REDIS_MS: int = name(100, "how long Redis may take to answer, in milliseconds", ge=1)
    HEALTH_MOST_POOL_WAITING: int = name(0, "how many requests may wait for a connection", ge=0)
    HEALTH_LEAST_HIT_RATIO: float = name(
        0.0, "share of the cache's reads that must find something", without="0: any", ge=0, le=1
    )
