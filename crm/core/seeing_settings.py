"""What is measured and who is told: metrics, slow statements, health's thresholds, traces, reports of errors."""

import os
from datetime import timedelta
from pathlib import Path

from crm.core.environment import Environment


def seeing_settings(
    env: Environment, data_dir: Path
) -> tuple[str, Path | None, int, bool, float, str, float, str, float]:
    """As crm.settings names them."""
    return (
        env.METRICS_TOKEN,
        metrics_folder(env, data_dir),
        env.METRICS_FIGURES_SECONDS,
        env.SQL_COMMENTS,
        env.SLOW_QUERY_MS / 1000,
        env.SENTRY_DSN,
        env.SENTRY_SAMPLE_RATE,
        env.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip("/"),
        env.OTEL_SAMPLE_RATE,
    )


def metrics_folder(env: Environment, data_dir: Path) -> Path | None:
    """Made, and named where prometheus-client looks for it, once, when it is imported."""
    folder = env.METRICS_DIR or (data_dir / "metrics" if env.METRICS_TOKEN else None)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder


def health_settings(env: Environment) -> tuple[timedelta, int, int, int, float]:
    """What health bears before it is degraded, as crm.settings names it."""
    return (
        timedelta(seconds=env.HEALTH_LONGEST_WAIT_SECONDS),
        env.HEALTH_LONGEST_QUEUE,
        env.HEALTH_SLOWEST_REDIS_MS,
        env.HEALTH_MOST_POOL_WAITING,
        env.HEALTH_LEAST_HIT_RATIO,
    )


def exporters(env: Environment) -> list[str]:
    """Applications that are loaded only where they are asked for: neither library costs anything until then."""
    wanted = {"crm.core.error_reports": env.SENTRY_DSN, "crm.core.tracing": env.OTEL_EXPORTER_OTLP_ENDPOINT}
    return [name for name, address in wanted.items() if address]


def tracing_middleware(env: Environment) -> list[str]:
    return ["crm.core.tracing.middleware.SpanMiddleware"] if env.OTEL_EXPORTER_OTLP_ENDPOINT else []
