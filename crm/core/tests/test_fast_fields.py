"""The short ways of reading a value answer what the long ones would."""

import phonenumbers
import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from crm.core.fields import _is_e164, to_e164

CODES = st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))


def the_long_way(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "DE")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    base = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{base};ext={number.extension}" if number.extension else base


@given(code=CODES, national=st.from_regex(r"[0-9]{4,13}", fullmatch=True))
@example(code=7, national="89161234567")
@example(code=39, national="0612345678")
@example(code=1, national="12125550123")
@example(code=36, national="0612345678")
@example(code=52, national="15512345678")
@example(code=49, national="301234567")
def test_a_number_that_is_taken_as_it_stands_is_one_that_would_be_left_so(code, national):
    text = f"+{code}{national}"
    if _is_e164(text):
        assert the_long_way(text) == text
    expected = the_long_way(text)
    if expected is None:
        with pytest.raises(ValidationError):
            to_e164(text, "DE")
    else:
        assert to_e164(text, "DE") == expected


@pytest.mark.parametrize("text", ["+493012345678", "+12125550123", "+46701234567", "+442079460000"])
def test_most_numbers_take_the_short_way(text):
    assert _is_e164(text)
