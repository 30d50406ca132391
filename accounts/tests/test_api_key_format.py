"""The shape of a key: recognisable anywhere, and a typo is seen without asking the database."""

import re
import zlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts.apikeys.key_format import ALPHABET, PREFIX, checksum, hint_of, is_well_formed, new_key
from crm.core.logs import SCRUBBED, scrub

BODIES = st.text(ALPHABET, min_size=40, max_size=40)
KEYS = BODIES.map(lambda body: f"{PREFIX}{body}{checksum(body)}")
PLACES = st.integers(len(PREFIX), len(PREFIX) + 45)


def test_a_new_key_has_the_shape_and_is_never_the_same():
    made = {new_key() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"crm_live_[0-9A-Za-z]{46}", key) and is_well_formed(key) for key in made)


def test_the_checksum_is_crc32_in_base_62():
    value = 0
    for digit in checksum("a" * 40):
        value = value * 62 + ALPHABET.index(digit)
    assert value == zlib.crc32(b"a" * 40)


@given(KEYS)
def test_what_has_the_shape_and_the_checksum_is_well_formed(key):
    assert is_well_formed(key) and key.endswith(hint_of(key)) and len(hint_of(key)) == 4


@given(KEYS, PLACES, st.sampled_from(ALPHABET))
def test_every_typo_of_one_character_is_seen(key, place, character):
    assume(key[place] != character)
    assert not is_well_formed(key[:place] + character + key[place + 1 :])


@given(KEYS, st.integers(len(PREFIX), len(PREFIX) + 44))
def test_neighbours_that_change_places_are_seen(key, place):
    swapped = key[:place] + key[place + 1] + key[place] + key[place + 2 :]
    assume(swapped != key)
    assert not is_well_formed(swapped)


@given(KEYS, PLACES, PLACES)
def test_characters_that_change_places_are_seen(key, one, other):
    letters = list(key)
    letters[one], letters[other] = letters[other], letters[one]
    assume(letters != list(key))
    assert not is_well_formed("".join(letters))


@given(KEYS, PLACES)
def test_a_character_too_few_or_too_many_is_seen(key, place):
    assert not is_well_formed(key[:place] + key[place + 1 :])
    assert not is_well_formed(key[:place] + "0" + key[place:])


@given(st.text(max_size=80))
def test_other_text_is_no_key(text):
    assert not is_well_formed(text)


@pytest.mark.parametrize("change", [str.upper, lambda key: f" {key}", lambda key: f"{key}\n", lambda key: key[9:]])
def test_a_key_is_taken_as_it_is_or_not_at_all(change):
    assert not is_well_formed(change(new_key()))


@given(KEYS, st.text(max_size=30), st.text(max_size=30))
def test_a_key_is_scrubbed_from_any_text(key, before, after):
    assert key not in (told := scrub(f"{before}{key}{after}")) and SCRUBBED in told
