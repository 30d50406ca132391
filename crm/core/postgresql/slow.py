"""Statements that take long are told in the log: by their fingerprint, without values, now and then with the plan."""

from functools import partial
from time import monotonic, perf_counter
from typing import Any

import structlog
from django.conf import settings

from crm.core.later import later
from crm.core.metrics import SLOW_QUERIES
from crm.core.postgresql.plans import may_be_explained, plan_of
from crm.core.postgresql.statements import fingerprint, without_values
from crm.core.trace import current_route

# Of one statement, and of all together: seconds between two plans of a process.
PLAN_AGAIN_AFTER, NEXT_PLAN_AFTER, MOST_FINGERPRINTS = 600.0, 5.0, 1000

log = structlog.get_logger("vouch.database")
_planned: dict[str, float] = {}


def timed(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """An execute wrapper, around everything that Django sends."""
    start = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        if (seconds := perf_counter() - start) >= settings.SLOW_QUERY_SECONDS:
            tell(str(sql), None if many else params, seconds)


def tell(sql: str, params: Any, seconds: float) -> None:
    """At once; with a plan, from a thread: nobody waits for PostgreSQL to plan it once more."""
    text = without_values(sql)
    mark, took = fingerprint(text), round(seconds * 1000, 1)
    found = {"fingerprint": mark, "statement": text, "duration_ms": took, "route": current_route()}
    SLOW_QUERIES.inc()
    if may_be_explained(sql) and is_time_for_a_plan(mark):
        later(partial(_tell_with_plan, found, sql, params))
    else:
        log.warning("slow_query", **found)


def _tell_with_plan(found: dict[str, Any], sql: str, params: Any) -> None:
    log.warning("slow_query", **found, plan=plan_of(sql, params))


def is_time_for_a_plan(mark: str) -> bool:
    now = monotonic()
    if now < _planned.get(mark, 0.0) or now < _planned.get("", 0.0):
        return False
    if len(_planned) >= MOST_FINGERPRINTS:
        _planned.clear()
    _planned.update({mark: now + PLAN_AGAIN_AFTER, "": now + NEXT_PLAN_AFTER})
    return True
