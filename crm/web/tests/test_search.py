"""One search over customers, contacts, leads and deals: by any fragment, only what the reader may see."""

from typing import Any

import pytest

from crm.core.global_search import search
from crm.core.search_marks import matches_of
from customers.models import Contact, Customer, Lead
from deals.models import Deal, Stage
from tests.query_counts import assert_baseline, counted_queries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def records(north: Any, owner: Any) -> None:
    acme = Customer.objects.create(name="Müller Werkzeug", team=north, email="hallo@mueller.example")
    Contact.objects.create(
        first_name="Maya", last_name="Petrov", team=north, customer=acme, email="maya@petrov.example",
        phone="+493012345678",
    )  # fmt: skip
    Lead.objects.create(last_name="Okafor", company_name="Atlas Media", team=north, email="chloe@atlas.example")
    stage = Stage.objects.get(name="Proposal")
    Deal.objects.create(name="Atlas rollout", team=north, stage=stage, pipeline=stage.pipeline, amount=1000)


def found(body: dict) -> dict[str, list[tuple[str, str]]]:
    return {group["name"]: [(hit["title"], hit["matched"]) for hit in group["items"]] for group in body["groups"]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("maya", {"contacts": [("Maya Petrov", "first_name")]}),
        ("petrov.ex", {"contacts": [("Maya Petrov", "email")]}),
        ("030 1234", {"contacts": [("Maya Petrov", "phone")]}),
        ("muller", {"customers": [("Müller Werkzeug", "name")]}),
        ("MUELLER.example", {"customers": [("Müller Werkzeug", "email")]}),
        ("atlas", {"leads": [("Okafor", "company_name")], "deals": [("Atlas rollout", "name")]}),
        ("maya pet", {"contacts": [("Maya Petrov", "first_name")]}),
        ("maya nobody", {}),
        ("zzz", {}),
    ],
)
def test_any_fragment_finds_it_and_tells_what_matched(api, owner, query, expected):
    assert found(api(owner).get("search", {"q": query}).json()) == expected


def test_teammates_find_it_and_outsiders_do_not(api, teammate, outsider):
    assert found(api(teammate).get("search?q=atlas").json())
    assert found(api(outsider).get("search?q=atlas").json()) == {}


def test_kinds_the_role_may_not_read_are_left_out(as_actor, owner):
    actor = as_actor(owner).limited_to(["deals:read"])
    assert [group.kind.name for group in search(actor, "atlas").groups] == ["deals"]


def test_a_search_is_for_the_kinds_that_are_named(api, owner):
    assert set(found(api(owner).get("search?q=atlas&kinds=deals").json())) == {"deals"}
    assert found(api(owner).get("search?q=atlas&kinds=customers,contacts").json()) == {}
    refused = api(owner).get("search?q=atlas&kinds=deals,users")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_parameter")
    assert refused.json()["error"]["message"].startswith("kinds are of: customers, contacts")


def test_archived_records_are_not_found(api, owner):
    Deal.objects.update(archived_at="2026-01-01T00:00:00Z")
    assert list(found(api(owner).get("search?q=atlas").json())) == ["leads"]


@pytest.mark.parametrize("query", ["", "q=", "q=a", "q=%20a%20", "q=atlas&page_size=0", "q=atlas&limit=3"])
def test_too_short_or_unknown_is_refused(api, owner, query):
    assert api(owner).get(f"search?{query}").status_code == 400


def test_page_size_bounds_each_group_and_says_that_there_is_more(api, owner, north):
    Customer.objects.bulk_create(Customer(name=f"Bulk {at}", team=north, search_text=f"bulk {at}") for at in range(4))
    (group,) = api(owner).get("search?q=bulk&page_size=3").json()["groups"]
    assert len(group["items"]) == 3 and group["more"] is True


def test_links_of_the_api_lead_to_the_record(api, owner):
    session = api(owner)
    (group,) = session.get("search?q=maya").json()["groups"]
    assert session.client.get(group["items"][0]["url"]).json()["last_name"] == "Petrov"


def test_the_page_groups_and_says_what_matched_where_it_does_not_show(sign_in, owner):
    page = sign_in(owner).get("/search/?q=030+1234").content.decode()
    assert "Maya Petrov" in page and "Phone: +49<mark>301234</mark>5678" in page


@pytest.mark.parametrize(
    ("query", "text"),
    [("", "What are you looking for?"), ("?q=a", "Two characters at least"), ("?q=zzz", "Nothing found")],
)
def test_the_page_without_results_says_why(sign_in, owner, query, text):
    assert text in sign_in(owner).get(f"/search/{query}").content.decode()


def test_the_palette_gets_options_only(sign_in, owner):
    page = sign_in(owner).get("/search/?q=maya&fragment=palette").content.decode()
    assert 'role="option"' in page and "Müller Werkzeug" in page and "<html" not in page


def test_what_somebody_typed_is_shown_escaped(sign_in, owner):
    page = sign_in(owner).get("/search/?q=<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize("query", ["fragment=other&q=maya", "page=2"])
def test_an_unknown_parameter_of_the_page_is_refused(sign_in, owner, query):
    assert sign_in(owner).get(f"/search/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["%", "_%", "\\", "'; --", "🦊🦊", "a" * 5000, "\u202e\u202e"])
def test_hostile_queries_find_nothing_and_break_nothing(sign_in, owner, query):
    assert sign_in(owner).get("/search/", {"q": query}).status_code == 200


def test_one_query_per_kind(sign_in, owner):
    client = sign_in(owner)
    with counted_queries() as queries:
        client.get("/search/?q=atlas&fragment=palette")
    assert_baseline("search_palette", queries.count)


def test_each_word_is_shown_where_it_stands_first():
    contact = Contact(first_name="Maya", last_name="Petrov", email="maya@petrov.example", phone="+493012345678")
    assert [(one.field, one.snippet) for one in matches_of(contact, ["petrov", "301234"])] == [
        ("last_name", "<mark>Petrov</mark>"),
        ("phone", "+49<mark>301234</mark>5678"),
    ]
