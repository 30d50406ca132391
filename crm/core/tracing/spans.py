"""Spans of requests, of work behind them, and of their statements, without a value that anybody entered."""

from contextlib import AbstractContextManager
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind

from crm.core.postgresql.statements import without_values
from crm.core.trace import current_trace_id

tracer = trace.get_tracer("vouch")


def work_span(name: str) -> AbstractContextManager[object]:
    attributes = {"vouch.trace_id": current_trace_id()}
    return tracer.start_as_current_span(
        name, kind=SpanKind.CONSUMER, attributes=attributes, record_exception=False, set_status_on_exception=False
    )


def request_span(method: str) -> AbstractContextManager[Span]:
    """Named by the route once that is known. An exception's message would go with it: Sentry and the log have it."""
    attributes = {"http.request.method": method, "vouch.trace_id": current_trace_id()}
    return tracer.start_as_current_span(
        method, kind=SpanKind.SERVER, attributes=attributes, record_exception=False, set_status_on_exception=False
    )


def statement_span(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """An execute wrapper for traces that are sent."""
    text = without_values(str(sql))
    attributes = {"db.system.name": context["connection"].vendor, "db.query.text": text}
    name = text.partition(" ")[0] or "statement"
    with tracer.start_as_current_span(
        name, kind=SpanKind.CLIENT, attributes=attributes, record_exception=False, set_status_on_exception=False
    ):
        return execute(sql, params, many, context)
