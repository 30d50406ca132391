"""The product behind an HTTPS proxy, telling per answer how many SQL statements and how much processor time it took."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from benchmarks.wsgi_headers import CPU_HEADER, SQL_HEADER
from crm.wsgi import application as product


class Counter:
    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.statements += 1
        return execute(*args)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    counter, began = Counter(), time.thread_time()

    def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        spent = (time.thread_time() - began) * 1000
        return start_response(
            status, [*headers, (SQL_HEADER, str(counter.statements)), (CPU_HEADER, f"{spent:.2f}")], *rest
        )

    with connection.execute_wrapper(counter):
        return product({**environ, "wsgi.url_scheme": "https"}, started)
