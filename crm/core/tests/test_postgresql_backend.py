"""Moments read in C are those that Django reads: same instant, same zone, same text."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.db.backends.postgresql.psycopg_any import register_tzloader
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL's backend"),
]
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC]))


def read(moment: datetime, by_django: bool) -> datetime:
    with connection.cursor() as cursor:
        if by_django:
            register_tzloader(connection.timezone, cursor.cursor)
        cursor.execute("SELECT %s::timestamptz", [moment])
        return cursor.fetchone()[0]


class TestMoments(TestCase):
    @given(MOMENTS)
    def test_both_ways_give_the_same(self, moment):
        ours, djangos = read(moment, False), read(moment, True)
        assert ours == djangos == moment
        assert (ours.isoformat(), ours.tzinfo, ours.utcoffset()) == (djangos.isoformat(), UTC, timedelta())


@pytest.mark.django_db
def test_no_moment_stays_none_and_one_too_late_for_python_is_refused():
    with connection.cursor() as cursor:
        cursor.execute("SELECT NULL::timestamptz")
        assert cursor.fetchone() == (None,)
        cursor.execute("SELECT '20000-01-01'::timestamptz")
        with pytest.raises(Exception, match=r"too large|after year"):
            cursor.fetchone()


def forget_the_zone():
    for known in ("timezone", "timezone_name"):
        connections["default"].__dict__.pop(known, None)


@pytest.mark.django_db
def test_another_time_zone_of_the_database_is_read_by_django(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "TIME_ZONE", "Europe/Berlin")
    forget_the_zone()
    try:
        moment = read(datetime(2026, 7, 1, 12, tzinfo=UTC), False)
        assert moment.tzname() == "CEST"
    finally:
        forget_the_zone()
