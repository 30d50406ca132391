"""The short ways of an import answer what the long ones would: plain lines, plain addresses, the trail's JSON."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from auditlog.services import _canonical_by_python, canonical
from crm.core.bulk import maker_of, update_many
from crm.core.fields import EmailAddressField, LineField
from crm.transfer.columns import PLAIN_ADDRESS, _line
from customers.models import Contact
from customers.models.choices import ContactType

LINE = Contact._meta.get_field("first_name")
VALUES = st.one_of(
    st.text(), st.integers(-(2**70), 2**70), st.booleans(), st.none(), st.dates(), st.uuids(),
    st.decimals(allow_nan=False, allow_infinity=False), st.datetimes(timezones=st.just(UTC)),
    st.sampled_from(list(ContactType)), st.lists(st.text(), max_size=3),
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=8), st.tuples(VALUES, VALUES), max_size=5))
def test_the_trail_is_written_as_python_writes_it(changes):
    assert canonical(changes) == _canonical_by_python({name: list(pair) for name, pair in changes.items()})


def test_values_of_every_kind_are_written_as_before():
    changes = {
        "a": (Decimal("1.50"), date(2024, 12, 5)),
        "b": (datetime(2024, 12, 5, 1, 2, 3, tzinfo=UTC), "é\u2028\x00\x7f"),
    }
    assert canonical(changes) == ('{"a":["1.50","2024-12-05"],"b":["2024-12-05T01:02:03+00:00","é\u2028\\u0000\x7f"]}')


@given(st.text(max_size=120))
def test_a_line_is_read_the_same_the_short_way(text):
    assert isinstance(LINE, LineField)
    try:
        expected = LINE.clean(text, None)
    except ValidationError:
        with pytest.raises(ValidationError):
            _line(LINE, text, SimpleNamespace())
    else:
        assert _line(LINE, text, SimpleNamespace()) == expected


@given(st.from_regex(PLAIN_ADDRESS, fullmatch=True))
def test_a_plain_address_is_one_by_every_rule(text):
    assert EmailAddressField(max_length=254).clean(text, None) == text or len(text) > 254


def test_a_record_made_the_short_way_is_like_any_other():
    made, usual = maker_of(Contact)({"last_name": "Berg"}), Contact(last_name="Berg")
    assert made._state.adding and made._state.db is None
    passing = ("id", "created_at", "updated_at")
    fields = [one.attname for one in Contact._meta.concrete_fields if one.name not in passing]
    assert {name: getattr(made, name) for name in fields} == {name: getattr(usual, name) for name in fields}
    assert made.id != maker_of(Contact)({}).id


@pytest.mark.django_db
def test_many_records_are_changed_in_one_go(north, django_assert_max_num_queries):
    records = [Contact.objects.create(last_name=f"L{n}", title="old", team=north) for n in range(30)]
    for number, record in enumerate(records):
        record.title, record.birthdate, record.last_name = f"new {number}", date(1980, 1, 1), "not written"
    with django_assert_max_num_queries(6):
        update_many(Contact, records, ["title", "birthdate"])
    found = list(Contact.objects.order_by("pk").values_list("title", "birthdate", "last_name"))
    assert found == [(f"new {n}", date(1980, 1, 1), f"L{n}") for n in range(30)]
