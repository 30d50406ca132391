"""Texts to values: what is clear is read, what is not is refused or noticed, nothing is guessed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from crm.core.spreadsheets import defused
from crm.transfer.reading_values import (
    Noticed,
    choice_key,
    is_ambiguous_date,
    read_boolean,
    read_choice,
    read_country,
    read_date,
    read_moment,
    read_number,
)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2020-01-10", "", date(2020, 1, 10)),
        ("2020-01-10 10:00", "", date(2020, 1, 10)),
        ("2002/1/16", "", date(2002, 1, 16)),
        ("16/1/2002", "", date(2002, 1, 16)),
        ("1/16/2002", "", date(2002, 1, 16)),
        ("1/16/2002 3:45 PM", "", date(2002, 1, 16)),
        ("3/4/2024", "dmy", date(2024, 4, 3)),
        ("3/4/2024", "mdy", date(2024, 3, 4)),
        ("4/4/2024", "", date(2024, 4, 4)),
        ("03.04.2024", "mdy", date(2024, 4, 3)),
        ("12 Mar 2024", "", date(2024, 3, 12)),
        ("March 12, 2024", "", date(2024, 3, 12)),
        ("2024-03-12T10:00:00Z", "", date(2024, 3, 12)),
        ("0/0/00", "", None),
    ],
)
def test_dates_of_other_programs_are_read(text, order, expected):
    assert read_date(text, order) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("03/04/2024", "ambiguous_date"),
        ("2020-13-45", "invalid_date"),
        ("31/02/2020", "invalid_date"),
        ("soon", "invalid_date"),
        ("45631", "invalid_date"),
        ("10/10/10", "invalid_date"),
        ("9" * 5000, "invalid_date"),
    ],
)
def test_what_is_no_clear_date_is_refused(text, code):
    with pytest.raises(ValidationError) as refusal:
        read_date(text)
    assert refusal.value.code == code


def test_a_serial_number_is_a_date_only_where_the_source_writes_so():
    assert read_date("45631", serial=True) == date(2024, 12, 5)
    assert read_moment("45631.5", serial=True).time().hour == 12


def test_a_moment_without_zone_is_read_in_the_current_one():
    with timezone.override("Pacific/Kiritimati"):
        assert read_moment("2020-01-10 10:00").astimezone(UTC) == datetime(2020, 1, 9, 20, 0, tzinfo=UTC)
    assert read_moment("1/16/2002 3:45 PM") == datetime(2002, 1, 16, 15, 45, tzinfo=UTC)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_day_written_with_its_order_comes_back_as_itself(day):
    text = f"{day.day}/{day.month}/{day.year}"
    assert read_date(text, "dmy") == day
    assert is_ambiguous_date(text) == (day.day <= 12 and day.day != day.month)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1200", "1200"),
        ("1,200", "1200"),
        ("1,200.50", "1200.50"),
        ("1.200,50", "1200.50"),
        ("€ 1.200,50", "1200.50"),
        ("1 200,50 kr", "1200.50"),
        ("$1,234,567", "1234567"),
        ("1'234.50", "1234.50"),
        ("12,5", "12.5"),
        ("0.125", "0.125"),
        ("(200)", "-200"),
        ("-3.5", "-3.5"),
        ("USD 99", "99"),
    ],
)
def test_amounts_with_signs_and_separators_are_read(text, expected):
    assert read_number(text) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "code"),
    [("1.234", "ambiguous_number"), ("a lot", "invalid_number"), ("1,2,3", "invalid_number"), ("-", "invalid_number")],
)
def test_what_is_no_clear_amount_is_refused(text, code):
    with pytest.raises(ValidationError) as refusal:
        read_number(text)
    assert refusal.value.code == code


@given(st.decimals(0, 10**12, places=2, allow_nan=False))
def test_an_amount_in_both_styles_is_the_same(amount):
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert read_number(english) == read_number(german) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [("Germany", "DE"), ("Deutschland", "DE"), ("USA", "US"), ("uk", "GB"), ("se", "SE"), ("España", "ES")],
)
def test_countries_by_name_or_code(text, code):
    assert read_country(text) == code


@pytest.mark.parametrize("read", [lambda: read_country("Atlantis"), lambda: read_boolean("maybe")])
def test_what_is_not_known_is_noticed_and_left_empty(read):
    with pytest.raises(Noticed) as notice:
        read()
    assert notice.value.value is None


def test_a_choice_is_found_by_value_label_and_the_sources_own_word():
    known = {choice_key("Closed - Won"): "won", "lost": "lost"}
    assert read_choice("closed_won", known, "Stage") == "won"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+49 30 123", "+49 30 123"),
        ("-5.20", "-5.20"),
        ("+1+cmd", "'+1+cmd"),
        ("\t=1", "'\t=1"),
        ("\n=1", "'\n=1"),
        (" =1", "' =1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("plain", "plain"),
    ],
)
def test_formulas_are_defused_and_numbers_stay(cell, written):
    assert defused(cell) == written
