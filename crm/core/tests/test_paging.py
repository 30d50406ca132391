"""Keyset pages: in any order and any size, each row once, forward and back, nulls included."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.core.errors import BadRequest
from crm.core.paging import paginate
from customers.models import Customer

pytestmark = pytest.mark.django_db

NAMES = st.sampled_from(["a", "A", "b", "é", "Z", "zz"])
REVENUES = st.one_of(st.none(), st.integers(0, 3))
DAYS = st.one_of(st.none(), st.integers(0, 3))
ORDERINGS = ["name", "status", "annual_revenue", "last_activity_at", "created_at", "parent__name"]
START = datetime(2026, 1, 1, tzinfo=UTC)


def walk(rows, ordering, size, cursor, step, are_few=False):
    pages = []
    while True:
        page = paginate(rows, ordering, cursor, size, are_few)
        pages.append(page)
        cursor = getattr(page, step)
        if cursor is None:
            return pages


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.tuples(NAMES, REVENUES, DAYS), min_size=1, max_size=14),
    size=st.integers(1, 6),
    ordering=st.sampled_from(ORDERINGS),
    descending=st.booleans(),
    are_few=st.booleans(),
)
def test_every_row_comes_exactly_once_in_both_directions(north, values, size, ordering, descending, are_few):
    Customer.objects.all().update(parent=None)
    Customer.objects.all().delete()
    made = Customer.objects.bulk_create(
        Customer(
            name=name,
            team=north,
            annual_revenue=revenue,
            last_activity_at=None if day is None else START + timedelta(days=day),
        )
        for name, revenue, day in values
    )
    Customer.objects.filter(pk__in=[one.pk for one in made[2:]]).update(parent=made[0])
    key = f"-{ordering}" if descending else ordering
    rows = Customer.objects.select_related("parent")
    forward = walk(rows, key, size, None, "next_cursor", are_few)
    seen = [row.pk for page in forward for row in page.rows]
    assert seen == [row.pk for page in walk(rows, key, 99, None, "next_cursor", not are_few) for row in page.rows]
    assert sorted(seen) == sorted(one.pk for one in made)
    last = forward[-1]
    backward = walk(rows, key, size, last.previous_cursor, "previous_cursor", are_few) if last.previous_cursor else []
    returned = [row.pk for page in reversed(backward) for row in page.rows] + [row.pk for row in last.rows]
    assert returned == seen


def test_a_row_that_is_inserted_meanwhile_neither_repeats_nor_hides_another(north):
    Customer.objects.bulk_create(Customer(name=name, team=north) for name in "bdfh")
    first = paginate(Customer.objects.all(), "name", None, 2)
    Customer.objects.create(name="a", team=north)
    Customer.objects.create(name="e", team=north)
    second = paginate(Customer.objects.all(), "name", first.next_cursor, 9)
    assert [row.name for row in (*first.rows, *second.rows)] == ["b", "d", "e", "f", "h"]


@pytest.mark.parametrize(
    "position",
    [
        pytest.param("[" * 2500, id="bottomless"),
        pytest.param('{"o": "name", "value": "\\ud800", "id": "x", "back": false}', id="a lone surrogate"),
        pytest.param('{"o": "name", "value": "a\\u0000b", "id": "x", "back": false}', id="NUL"),
        pytest.param('{"o": "name", "value": ["a"], "id": "x", "back": false}', id="a list"),
        pytest.param('{"o": "name", "value": NaN, "id": "x", "back": false}', id="NaN"),
        pytest.param('{"o": "name", "value": "a", "id": 5, "back": false}', id="a number as id"),
    ],
)
def test_a_tampered_cursor_is_refused(position):
    cursor = base64.urlsafe_b64encode(position.encode()).decode()
    with pytest.raises(BadRequest) as refusal:
        paginate(Customer.objects.all(), "name", cursor)
    assert refusal.value.code == "invalid_cursor"
