"""How a person is recognised in text: addresses, numbers however they are written, full names; not parts of others."""

import json
import re

import pytest

from crm.privacy.identifiers import ERASED, Identifiers

PERSON = Identifiers.of({"a.b@x.example"}, {"+493012345678"}, [("Änna Lena", "Müller")])


@pytest.mark.parametrize(
    "text",
    [
        *("a.b@x.example", "A.B@X.EXAMPLE", "+493012345678", "+49 30 123 456-78", "0049 30/12345678", "030 12345678"),
        *("(030) 1234 5678", "+49 (0)30 12345678", "493012345678", "Änna Lena Müller", "Müller, Änna Lena"),
        *("ÄNNA  LENA MÜLLER", "müller änna lena", "Änna.Lena.Müller"),
    ],
)
def test_a_mention_is_replaced_as_a_whole(text):
    assert PERSON.redact(f"See {text}, please.") == f"See {ERASED}, please."
    assert re.search(PERSON.loose, text, re.IGNORECASE)


@pytest.mark.parametrize(
    "text", ["xa.b@x.example", "a.b@x.example-mail", "9030123456789", "Müller", "Lena Müllerin", "Änna Lena Müllerová"]
)
def test_what_is_not_the_person_stays(text):
    assert PERSON.redact(text) == text


def test_in_a_text_about_the_person_one_name_is_enough():
    assert PERSON.redact("Müller called", is_close=True) == f"{ERASED} called"
    assert PERSON.redact("Müllerin called", is_close=True) == "Müllerin called"


def test_json_is_walked_to_any_depth():
    assert PERSON.redact({"a": [{"b": "a.b@x.example"}], "n": 1}) == {"a": [{"b": ERASED}], "n": 1}


def test_json_as_sqlite_keeps_it_is_found():
    assert re.search(PERSON.loose, json.dumps("Änna Lena Müller"))


def test_nobody_is_named_by_nothing():
    nobody = Identifiers.of({""}, {""}, [("", "")])
    assert nobody.redact("anything") == "anything" and nobody.loose == "" and not nobody
