"""Where a statement came from, as a comment behind it in the form of sqlcommenter (https://google.github.io/sqlcommenter/).

PostgreSQL's own log, pg_stat_activity and auto_explain then lead back to a request. A trace id makes every text new:
where statements are kept prepared, none would ever be used again, so that only the route is told there (ADR 83).
"""

from functools import lru_cache
from typing import Any
from urllib.parse import quote

from crm.core.trace import current_route, current_trace_id


def with_trace(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    return execute(commented(sql, current_route(), current_trace_id(), params), params, many, context)


def with_route(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    return execute(commented(sql, current_route(), "", params), params, many, context)


def commented(sql: Any, route: str, trace_id: str, params: Any = None) -> Any:
    """Keys in their order, values encoded so that none can end the comment; psycopg reads a lone % as a parameter."""
    pairs = [f"route='{encoded(route)}'"] if route else []
    pairs += [f"trace_id='{encoded(trace_id)}'"] if trace_id else []
    if not pairs or not isinstance(sql, str):
        return sql
    comment = f" /*{','.join(pairs)}*/"
    return sql + (comment if params is None else comment.replace("%", "%%"))


@lru_cache(1000)
def encoded(value: str) -> str:
    return quote(value, safe="")
