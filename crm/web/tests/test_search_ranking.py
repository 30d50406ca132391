"""The best hit comes first: whole title, its begin, the begin of a word, anywhere else; and what was found is shown."""

from typing import Any

import pytest

from crm.core import search_candidates
from crm.core.global_search import search
from crm.core.search_marks import marked, matches_of
from crm.core.search_ranking import rank
from customers.models import Contact, Customer

pytestmark = pytest.mark.django_db

BEST_FIRST = ("Rose", "Rose & Sons", "Rosewood Mill", "Anna-Rose Bakery", "Old Rose Inn", "Ambrose Ltd", "Zebra")


@pytest.fixture(autouse=True)
def customers(north: Any) -> None:
    for name in reversed(BEST_FIRST):
        Customer.objects.create(name=name, team=north, email="x@rose.example" if name == "Zebra" else "")


def titles(actor: Any, query: str, limit: int = 20) -> list[str]:
    return [hit.title for group in search(actor, query, limit).groups for hit in group.items]


def test_the_best_comes_first_and_every_time_in_the_same_order(as_actor, owner):
    assert titles(as_actor(owner), "ROSE") == list(BEST_FIRST)
    assert [titles(as_actor(owner), "rose", most) for most in (1, 3)] == [list(BEST_FIRST[:1]), list(BEST_FIRST[:3])]


def test_the_list_keeps_its_own_order(api, owner):
    names = [one["name"] for one in api(owner).get("customers?search=rose").json()["results"]]
    assert names == sorted(BEST_FIRST)


def test_a_common_word_is_ranked_among_few_and_its_best_hits_are_still_first(monkeypatch, as_actor, owner, north):
    monkeypatch.setattr("crm.core.search_finding.MOST", 3)
    Customer.objects.bulk_create(
        Customer(name=f"Primrose {at}", search_text=f"primrose {at}", team=north) for at in range(20)
    )
    assert titles(as_actor(owner), "rose", 2) == list(BEST_FIRST[:2])
    assert len(titles(as_actor(owner), "primrose", 10)) == 10


def test_a_title_longer_than_the_index_of_beginnings_is_found_whole(as_actor, owner, north):
    name = "Rose " + "and friends " * 12
    Customer.objects.create(name=name.strip(), team=north)
    assert len(name) > search_candidates.BEGINNING and titles(as_actor(owner), name) == [name.strip()]


SIGNS = ("100% Cotton", "1000 Cotton", "A_Bay", "AxBay", "Back\\slash", "Backslash", "{found} Ltd", "%s Ltd", "O'Dell")


@pytest.mark.parametrize("name", SIGNS)
def test_signs_that_mean_something_to_the_database_are_looked_for_as_they_are(as_actor, owner, north, name):
    for one in SIGNS:
        Customer.objects.create(name=one, team=north)
    assert titles(as_actor(owner), name[:5]) == sorted(one for one in SIGNS if one.startswith(name[:5]))


@pytest.mark.parametrize(
    ("title", "words", "expected"),
    [
        ("maya petrov", ["maya", "petrov"], 0),
        ("maya petrov", ["maya", "pet"], 1),
        ("maya petrov", ["pet", "may"], 2),
        ("mia muller-schmidt", ["schmidt"], 2),
        ("maya petrov", ["aya"], 3),
        ("maya petrov", ["maya", "acme"], 3),
    ],
)
def test_ranks(title, words, expected):
    assert rank(title, words) == expected


def test_what_was_found_is_marked_as_it_is_written_and_escaped():
    assert marked("Straße & <b>Müller</b>", ["strass", "muller"]) == (
        "<mark>Straß</mark>e &amp; &lt;b&gt;<mark>Müller</mark>&lt;/b&gt;"
    )
    assert marked("Ab abacus cab", ["ab", "abac"]) == "<mark>Ab</mark> <mark>abac</mark>us cab"


def test_of_a_long_text_the_part_around_the_hit_is_shown():
    contact = Contact(last_name="Petrov", title="x" * 90 + " Buyer " + "y" * 200)
    (match,) = matches_of(contact, ["buyer"])
    assert match.value.startswith("…x") and match.value.endswith("y…") and " <mark>Buyer</mark> " in match.snippet


def test_words_in_two_fields_are_both_shown(api, owner, north):
    contact = {"first_name": "Maya", "last_name": "Petrov", "title": "Head of <Sales>", "phone": "+493012345678"}
    Contact.objects.create(team=north, further_emails=[{"email": "maya@home.example", "label": "home"}], **contact)
    (group,) = api(owner).get("search?q=sales+home.ex").json()["groups"]
    (hit,) = group["items"]
    assert (hit["matched"], hit["value"]) == ("title", "Head of <Sales>")
    assert [(one["field"], one["snippet"]) for one in hit["matches"]] == [
        ("title", "Head of &lt;<mark>Sales</mark>&gt;"),
        ("further_emails", "maya@<mark>home.ex</mark>ample"),
    ]


def test_no_title_tells_what_somebody_may_not_read(north):
    """It stands in the search text for all readers, and is ranked by."""
    for model in (Customer, Contact):
        record = model(**{"name": "Acme"} if model is Customer else {"first_name": "Maya", "last_name": "Petrov"})
        before = str(record)
        for names in model.SENSITIVE.values():
            for name in names:
                setattr(record, name, "secret")
        assert str(record) == before
