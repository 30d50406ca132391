"""Quiet hours, summaries and what is put off: by the clock on the wall, also on the days when it is changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.notices.timing import after_quiet, is_quiet, local_day, next_digest, snoozed_until

BERLIN, NEW_YORK, HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
ZONES = st.sampled_from([BERLIN, NEW_YORK, HOWE, ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")])
# Days around the changes of the clocks of those zones come often enough in two years.
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
CLOCKS = st.times().map(lambda one: one.replace(second=0, microsecond=0))


@pytest.mark.parametrize(
    ("at", "start", "end", "zone", "leaves"),
    [
        # an evening, a night on both sides of midnight, and its end
        ("2026-06-10T19:00Z", time(22), time(7), BERLIN, "2026-06-10T19:00Z"),
        ("2026-06-10T20:00Z", time(22), time(7), BERLIN, "2026-06-11T05:00Z"),
        ("2026-06-11T03:00Z", time(22), time(7), BERLIN, "2026-06-11T05:00Z"),
        ("2026-06-11T05:00Z", time(22), time(7), BERLIN, "2026-06-11T05:00Z"),
        # within one day
        ("2026-06-10T11:00Z", time(12), time(14), BERLIN, "2026-06-10T12:00Z"),
        ("2026-06-10T12:00Z", time(12), time(14), BERLIN, "2026-06-10T12:00Z"),
        # the night that is an hour shorter, and the one that is an hour longer
        ("2026-03-28T22:00Z", time(22), time(7), BERLIN, "2026-03-29T05:00Z"),
        ("2026-10-24T21:00Z", time(22), time(7), BERLIN, "2026-10-25T06:00Z"),
        # an end that the clocks leave out: as long after midnight as ever
        ("2026-03-08T06:00Z", time(22), time(2, 30), NEW_YORK, "2026-03-08T07:30Z"),
        # an end that comes twice: the first, and for who comes in the hour between, the second
        ("2026-11-01T05:00Z", time(22), time(1, 30), NEW_YORK, "2026-11-01T05:30Z"),
        ("2026-11-01T06:15Z", time(22), time(1, 30), NEW_YORK, "2026-11-01T06:30Z"),
        # half an hour of summer time
        ("2026-04-04T14:30Z", time(22), time(7), HOWE, "2026-04-04T20:30Z"),
        # none
        ("2026-06-10T20:00Z", None, None, BERLIN, "2026-06-10T20:00Z"),
    ],
)
def test_a_mail_leaves_when_the_quiet_hours_are_over(at, start, end, zone, leaves):
    assert after_quiet(datetime.fromisoformat(at), start, end, zone) == datetime.fromisoformat(leaves)


@given(MOMENTS, CLOCKS, CLOCKS, ZONES)
def test_it_never_leaves_within_them_and_always_some_time(at, start, end, zone):
    leaves = after_quiet(at, start, end, zone)
    assert not is_quiet(leaves, start, end, zone)
    assert timedelta() <= leaves - at <= timedelta(days=2)
    assert (leaves > at) is is_quiet(at, start, end, zone)


@given(MOMENTS, st.integers(0, 23), ZONES)
def test_there_is_exactly_one_summary_on_each_local_day(at, hour, zone):
    moments = [next_digest(at, hour, zone)]
    for _day in range(10):
        moments.append(next_digest(moments[-1], hour, zone))
    days = [local_day(one, zone) for one in moments]
    assert days == [days[0] + timedelta(days=n) for n in range(11)] and moments[0] > at


@pytest.mark.parametrize(
    ("day", "hour", "zone", "sent"),
    [
        ("2026-03-29", 2, BERLIN, "2026-03-29T01:00Z"),  # left out: three o'clock on the wall
        ("2026-10-25", 2, BERLIN, "2026-10-25T00:00Z"),  # comes twice: the first
        ("2026-10-26", 2, BERLIN, "2026-10-26T01:00Z"),
    ],
)
def test_a_summary_on_the_day_of_a_change(day, hour, zone, sent):
    before = datetime.combine(datetime.fromisoformat(day), time(0), zone)
    assert next_digest(before - timedelta(seconds=1), hour, zone) == datetime.fromisoformat(sent)


@pytest.mark.parametrize(
    ("choice", "at", "back"),
    [
        ("hour", "2026-11-28T10:00Z", "2026-11-28T11:00Z"),
        ("tomorrow", "2026-11-28T10:00Z", "2026-11-29T07:00Z"),
        ("tomorrow", "2026-11-28T23:30Z", "2026-11-30T07:00Z"),  # Sunday already, where they are
        ("next_week", "2026-11-28T10:00Z", "2026-11-30T07:00Z"),
        ("next_week", "2026-11-30T10:00Z", "2026-12-07T07:00Z"),
        ("tomorrow", "2026-03-28T10:00Z", "2026-03-29T06:00Z"),
    ],
)
def test_what_is_put_off_comes_back_in_their_morning(choice, at, back):
    assert snoozed_until(choice, datetime.fromisoformat(at), BERLIN) == datetime.fromisoformat(back)
