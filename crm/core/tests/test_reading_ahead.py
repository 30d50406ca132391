"""Pages come as they would without it, from another connection, which is closed however the reading ends."""

from collections.abc import Iterator
from contextvars import ContextVar
from threading import get_ident
from time import monotonic, sleep

import pytest
from django.db import connection

from crm.core.reading_ahead import read_ahead

WHO: ContextVar[str] = ContextVar("WHO", default="nobody")
NUMBERS = [[1, 2], [3, 4], [5]]


def numbers() -> Iterator[list[int]]:
    for page in NUMBERS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        yield page


def others_are_gone() -> bool:
    """The server takes a moment to see that a connection was closed."""
    end = monotonic() + 20
    with connection.cursor() as cursor:
        while monotonic() < end:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            if cursor.fetchone() == (1,):
                return True
            sleep(0.02)
    return False


@pytest.fixture
def whose() -> Iterator[tuple[int, str]]:
    return ((get_ident(), WHO.get()) for _ in range(3))


@pytest.mark.django_db
def test_within_a_transaction_this_thread_reads(whose):
    assert list(read_ahead(numbers())) == NUMBERS
    assert {thread for thread, _who in read_ahead(whose)} == {get_ident()}


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite reads in this process")
@pytest.mark.django_db(transaction=True)
class TestOnPostgreSQL:
    def test_pages_are_the_same_and_the_connection_is_closed(self):
        assert list(read_ahead(numbers())) == NUMBERS
        assert others_are_gone()

    def test_another_thread_reads_in_the_same_name(self, whose):
        WHO.set("Mary")
        threads, names = zip(*read_ahead(whose), strict=True)
        assert len(set(threads)) == 1 and get_ident() not in threads and set(names) == {"Mary"}

    def test_what_goes_wrong_there_goes_wrong_here_after_what_came_before(self):
        def broken() -> Iterator[list[int]]:
            yield from numbers()
            raise LookupError("gone")

        pages = read_ahead(broken())
        assert [next(pages) for _ in NUMBERS] == NUMBERS
        with pytest.raises(LookupError, match="gone"):
            next(pages)
        assert others_are_gone()

    def test_who_stops_early_leaves_no_connection(self):
        pages = read_ahead(numbers())
        assert next(pages) == [1, 2]
        pages.close()
        assert others_are_gone()

    def test_no_more_than_one_page_is_read_ahead(self):
        read: list[int] = []

        def counted() -> Iterator[int]:
            for number in range(5):
                read.append(number)
                yield number

        for number in read_ahead(counted()):
            assert len(read) <= number + 2
