"""The database fetches the next page while this one is worked on."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.db import connection, connections

Page = TypeVar("Page")


def read_ahead(pages: Iterator[Page]) -> Iterator[Page]:
    """The same pages, read by a thread with a connection of its own; no more than one is held.

    As they come where that would not do: another connection sees nothing of a transaction that is open, and SQLite
    reads in this process anyway.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield from pages
        return
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        try:
            coming = _ask(reader, pages)
            while (page := coming.result()) is not None:
                coming = _ask(reader, pages)
                yield page
        finally:
            reader.submit(connections.close_all)


def _ask(reader: ThreadPoolExecutor, pages: Iterator[Page]) -> Future[Page | None]:
    """What it does is done in the name of who reads: actor and trace go with it."""

    def following() -> Page | None:
        return next(pages, None)

    return reader.submit(copy_context().run, following)
