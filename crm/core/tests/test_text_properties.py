"""Search folding, phones and e-mail addresses: what enters keeps its meaning, whatever it is."""

import phonenumbers
import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from crm.core.actor import Actor
from crm.core.fields import EmailAddressField, to_e164
from crm.core.formats import phone
from crm.core.searching import fold, fragment_of, matching
from customers.models import Customer

REGIONS = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))
LOCAL_PARTS = st.from_regex(r"[A-Za-z0-9.+_-]{1,20}", fullmatch=True)
DOMAINS = st.from_regex(r"[A-Za-z0-9]{1,10}\.[A-Za-z]{2,6}", fullmatch=True)


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text):
    once = fold(text)
    assert fold(once) == once


@given(st.text(alphabet="abcäöüéßñÅØ ABC", max_size=20), st.data())
def test_any_fragment_of_a_text_is_found_in_its_folded_form(text, data):
    start = data.draw(st.integers(0, len(text)))
    fragment = text[start : data.draw(st.integers(start, len(text)))].strip()
    assert fragment_of(fragment) in fold(text)


@given(REGIONS, st.sampled_from(list(range(0, 5))))
def test_a_phone_survives_being_shown_and_typed_again(region, kind):
    example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    assume(example is not None)
    stored = to_e164(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164))
    assert to_e164(phone(stored)) == stored
    assert to_e164(stored) == stored


@given(REGIONS, st.integers(1, 99999))
def test_an_extension_is_kept(region, extension):
    example = phonenumbers.example_number(region)
    assume(example is not None)
    stored = to_e164(f"{phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)};ext={extension}")
    assert stored.endswith(f";ext={extension}") and to_e164(phone(stored)) == stored


@given(st.text(alphabet="abc!?;,", min_size=1, max_size=12))
def test_what_is_no_number_is_refused_and_never_guessed(text):
    with pytest.raises(ValidationError):
        to_e164(text)


@given(LOCAL_PARTS, DOMAINS)
def test_an_address_keeps_its_local_part_and_a_second_cleaning_changes_nothing(local, domain):
    field = EmailAddressField()
    cleaned = field.to_python(f" {local}@{domain} ")
    assert cleaned == f"{local}@{domain.lower()}"
    assert field.to_python(cleaned) == cleaned


@pytest.mark.parametrize("local", ["\u017fim", "mar\u212a", "s\u0131m"])
def test_an_address_that_only_looks_like_another_is_none(local):
    with pytest.raises(ValidationError):
        EmailAddressField().clean(f"{local}@north.example", None)


@pytest.mark.django_db
def test_one_or_two_letters_find_the_beginning_of_a_word(north):
    names = ("Qxford Mills", "Mills Qxford", "Fiqx Labs")
    for name in names:
        Customer.objects.create(name=name, team=north)
    found = matching(Customer.objects.all(), "qx", Actor.system("test")).values_list("name", flat=True)
    assert set(found) == {"Qxford Mills", "Mills Qxford"}
