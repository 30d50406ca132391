"""What nearly everybody has is found as surely as what is rare, in the same order, and each record once."""

import pytest
from django.db import connection

from crm.core import sampling, search_candidates
from crm.core.search_candidates import among, among_common, scopes_of
from crm.core.searching import holds, matching, words_of
from customers.models import Contact, Customer

pytestmark = pytest.mark.django_db

SAMPLES = {"all pages": 100, "none of the pages": 0.0001}
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no sample of a table")


@pytest.fixture
def people(north, owner):
    acme = Customer.objects.create(name="Acme", team=north)
    Contact.objects.bulk_create(
        Contact(first_name="Maria", last_name=f"Petrov{n}", email=f"maria{n}@acme.co.uk", team=north, customer=acme)
        for n in range(30)
    )
    for contact in Contact.objects.all():
        contact.save()
    return Contact.objects.filter(team=north)


@pytest.fixture(params=SAMPLES.values(), ids=SAMPLES)
def sampled(request, monkeypatch):
    monkeypatch.setattr(sampling, "PERCENT", request.param)


@pytest.mark.usefixtures("sampled")
@pytest.mark.parametrize("most", [7, 30, 100])
def test_a_common_word_finds_as_many_as_are_wanted_and_each_once(people, most):
    scopes, held = scopes_of({"contacts": people}), holds("maria")
    found = [one.id for one in among_common(scopes, held, most, most)["contacts"]]
    assert len(found) == len(set(found)) == min(most, 30)
    assert set(found) <= {one.id for one in among(scopes, held, 100)["contacts"]}


@pytest.mark.usefixtures("sampled")
def test_a_word_that_nobody_has_finds_nobody(people):
    assert among_common(scopes_of({"contacts": people}), holds("nobody"), 7, 7) == {}
    assert among_common(scopes_of({"contacts": people.none()}), holds("maria"), 7, 7) == {}


@on_postgresql
@pytest.mark.parametrize(("enough", "number"), [(30, 30), (31, 40)])
def test_the_index_is_asked_only_where_the_sample_has_not_enough(people, monkeypatch, enough, number):
    """30 of 40 rows stand in for the pages that are the sample."""
    monkeypatch.setattr(search_candidates, "sampled", lambda sql, model: f"SELECT * FROM ({sql} LIMIT 30) AS part")
    Contact.objects.bulk_create(Contact(last_name="Maria", team_id=people[0].team_id) for _ in range(10))
    for contact in Contact.objects.all():
        contact.save()
    assert len(among_common(scopes_of({"contacts": people}), holds("maria"), 100, enough)["contacts"]) == number


@on_postgresql
@pytest.mark.parametrize(("percent", "few"), [(100, False), (0.0001, True)])
def test_a_search_finds_few_unless_the_sample_is_full_of_it(people, monkeypatch, percent, few, as_actor, owner):
    for name, value in (("PERCENT", percent), ("COMMON", 30), ("PATIENCE", 0)):
        monkeypatch.setattr(sampling, name, value)
    maria = matching(people, "maria", as_actor(owner))
    assert sampling.are_few(maria, maria) is few
    assert sampling.are_few(matching(people, "petrov1 maria", as_actor(owner)), maria)
    assert sampling.are_few(people.none(), maria)


@on_postgresql
@pytest.mark.parametrize(("shown", "few"), [(30, False), (1, True), (0, True)])
def test_of_a_common_word_a_list_that_shows_few_of_them_is_sorted(people, monkeypatch, shown, few, as_actor, owner):
    """30 of 30 are found: 30 × 30 against 2 × 30, and 30 × 1."""
    for name, value in (("PERCENT", 100), ("COMMON", 30), ("PATIENCE", 2)):
        monkeypatch.setattr(sampling, name, value)
    maria = matching(people, "maria", as_actor(owner))
    listed = maria.filter(pk__in=people.order_by("pk").values_list("pk", flat=True)[:shown])
    assert sampling.are_few(maria, listed) is few


@on_postgresql
@pytest.mark.parametrize("common", [1, 1000])
def test_a_searched_list_shows_the_same_whether_many_or_few_are_expected(people, monkeypatch, common, api, owner):
    for name, value in (("PERCENT", 100), ("COMMON", common), ("PATIENCE", 0)):
        monkeypatch.setattr(sampling, name, value)
    for ordering in ("last_name", "-last_name", "-created_at"):
        everybody = api(owner).get("contacts", {"ordering": ordering, "page_size": 100}).json()["results"]
        rows, address = [], f"contacts?search=maria&ordering={ordering}&page_size=7"
        while address:
            answer = api(owner).get(address).json()
            rows, address = rows + answer["results"], (answer["next"] or "").partition("/api/v1/")[2]
        assert [one["id"] for one in rows] == [one["id"] for one in everybody]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("acme.co.uk", 30),
        ("@acme.co.uk", 30),
        ("maria7@acme.co.uk", 1),
        ("acme.co", 30),
        ("acme.com", 0),
        ("acme-co.uk", 0),
        ("cme.uk", 0),
        ("ACME.CO.UK petrov12", 1),
    ],
)
def test_a_domain_is_found_as_it_is_written(people, query, count, as_actor, owner):
    assert matching(people, query, as_actor(owner)).count() == count


def test_the_index_is_not_asked_for_the_end_of_a_domain(people, as_actor, owner):
    def asked(query):
        return str(matching(people, query, as_actor(owner)).query)

    assert "LIKE %acme%" in asked("acme.co.uk")
    assert "LIKE %maria.petrov%" in asked("maria.petrov")
    assert "LIKE %ab.com%" in asked("ab.com")
    assert words_of("acme.co.uk") == ["acme.co.uk"]
