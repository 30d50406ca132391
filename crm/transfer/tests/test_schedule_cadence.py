"""When something runs: one moment for each local day that counts, also where the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.transfer.schedules.cadence import Cadence

pytestmark = pytest.mark.once

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe")


def following(cadence, at, number):
    moments = []
    for _one in range(number):
        at = cadence.next_after(at)
        moments.append(at)
    return moments


def local(cadence, moments):
    return [f"{moment.astimezone(cadence.zone):%m-%d %H:%M}" for moment in moments]


def test_every_day_at_its_hour_in_the_zone_of_its_owner():
    daily = Cadence("daily", 7, BERLIN)
    assert following(daily, datetime(2026, 7, 1, 5, 0, tzinfo=UTC), 2) == [
        datetime(2026, 7, 2, 5, 0, tzinfo=UTC),
        datetime(2026, 7, 3, 5, 0, tzinfo=UTC),
    ]


def test_on_the_days_of_the_week_that_were_chosen():
    weekly = Cadence("weekly", 7, BERLIN, weekdays=(0, 3))
    assert local(weekly, following(weekly, datetime(2026, 11, 28, tzinfo=UTC), 3)) == [
        "11-30 07:00", "12-03 07:00", "12-07 07:00",
    ]  # fmt: skip


def test_a_day_that_a_month_does_not_have_is_its_last_one():
    monthly = Cadence("monthly", 6, BERLIN, month_day=31)
    assert local(monthly, following(monthly, datetime(2028, 1, 31, 12, tzinfo=UTC), 4)) == [
        "02-29 06:00", "03-31 06:00", "04-30 06:00", "05-31 06:00",
    ]  # fmt: skip


def test_an_hour_that_the_clocks_leave_out_still_has_its_run_that_day():
    daily = Cadence("daily", 2, BERLIN)
    assert local(daily, following(daily, datetime(2026, 3, 28, 0, 0, tzinfo=UTC), 3)) == [
        "03-28 02:00", "03-29 03:00", "03-30 02:00",
    ]  # fmt: skip


def test_an_hour_that_comes_twice_has_one_run():
    daily = Cadence("daily", 2, BERLIN)
    found = following(daily, datetime(2026, 10, 24, 12, tzinfo=UTC), 2)
    assert found == [datetime(2026, 10, 25, 0, 0, tzinfo=UTC), datetime(2026, 10, 26, 1, 0, tzinfo=UTC)]


def test_a_day_that_an_island_left_out_has_no_run():
    daily = Cadence("daily", 9, ZoneInfo("Pacific/Apia"))
    days = [moment.astimezone(daily.zone).date() for moment in following(daily, datetime(2011, 12, 29, tzinfo=UTC), 3)]
    assert days == [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]


CADENCES = st.builds(
    Cadence,
    every=st.sampled_from(["daily", "weekly", "monthly"]),
    hour=st.integers(0, 23),
    zone=st.sampled_from([ZoneInfo(name) for name in ZONES]),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    month_day=st.integers(1, 31),
)


@given(CADENCES, st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_moments_only_grow_and_no_local_day_has_two(cadence, at):
    moments = following(cadence, at, 6)
    days = [moment.astimezone(cadence.zone).date() for moment in moments]
    assert moments == sorted(moments) and moments[0] > at
    assert len(set(days)) == len(days)


@given(CADENCES, st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_the_newest_slot_is_that_of_the_last_moment(cadence, at):
    moment = cadence.next_after(at)
    assert cadence.last_until(moment) == moment.astimezone(cadence.zone).date()
    assert cadence.last_until(moment + timedelta(seconds=1)) == cadence.last_until(moment)
