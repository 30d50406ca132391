"""A search forgives one slip in each word when nothing holds them as they are, says so, and keeps every border."""

from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from crm.core.global_search import search
from crm.core.slips import is_one_slip_apart, one_less, split_words
from customers.models import Contact, Customer, Lead

NAME = "Müller Werkzeug"


@pytest.fixture
def records(north: Any, owner: Any) -> None:
    Customer.objects.create(name=NAME, team=north, tax_id="DE811907980")
    Contact.objects.create(first_name="Maya", last_name="O'Petrov", team=north, email="maya@petrov.example")
    Lead.objects.create(company_name="Atlas Media", team=north, email="info@atlas.example")


def found(body: dict) -> list[str]:
    return [hit["title"] for group in body["groups"] for hit in group["items"]]


SLIPS = {
    "mülelr": NAME, "muler": NAME, "muellerr": None, "müllller": None, "Mueller": NAME, "nuller": NAME, "ullerr": None,
    "werkzueg": NAME, "mulelr wrekzeug": NAME, "wekzeug müller": NAME, "müller-wrekzeug": NAME, "mya": None,
    "atlsa": "Atlas Media", "atlas medai": "Atlas Media", "opetrov": "Maya O'Petrov", "maja petrov.ex": "Maya O'Petrov",
    "maja@petrov.example": "Maya O'Petrov", "maja atlas": None, "mol": None, "2mller": None, "DE811907981": None,
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "title"), SLIPS.items(), ids=list(SLIPS))
def test_one_slip_in_a_word_is_forgiven(api, owner, records, query, title):
    body = api(owner).get("search", {"q": query}).json()
    assert (found(body), body["similar"]) == (([title], True) if title else ([], False))


@pytest.mark.django_db
def test_what_holds_the_words_hides_what_is_similar(api, owner, records, north):
    Contact.objects.create(last_name="Muler", team=north)
    body = api(owner).get("search", {"q": "muler"}).json()
    assert found(body) == ["Muler"] and body["similar"] is False


@pytest.mark.django_db
def test_a_slip_in_either_word_is_as_good_and_comes_before_one_in_both(api, owner, north):
    for first, last in (("Hana", "Winter"), ("Hanna", "Wintre"), ("Hana", "Wintre")):
        Contact.objects.create(first_name=first, last_name=last, team=north)
    assert found(api(owner).get("search", {"q": "hanna winter"}).json()) == ["Hana Winter", "Hanna Wintre"]
    Contact.objects.exclude(first_name="Hana", last_name="Wintre").delete()
    assert found(api(owner).get("search", {"q": "hanna winter"}).json()) == ["Hana Wintre"]


@pytest.mark.django_db
def test_the_page_and_the_palette_say_that_it_is_only_similar(sign_in, owner, records):
    page = sign_in(owner).get("/search/", {"q": "mülelr<"}).content.decode()
    assert "Nothing matches" in page and "mülelr&lt;" in page and "<mark>Müller</mark> Werkzeug" in page
    assert "Similar:" in sign_in(owner).get("/search/", {"q": "mülelr", "fragment": "palette"}).content.decode()


@pytest.mark.django_db
def test_teammates_find_what_is_similar_and_outsiders_do_not(api, teammate, outsider, superadmin, records):
    answers = {user.email: found(api(user).get("search", {"q": "mülelr"}).json()) for user in (teammate, outsider)}
    assert answers == {teammate.email: [NAME], outsider.email: []}
    assert found(api(superadmin).get("search", {"q": "mülelr"}).json()) == [NAME]


@pytest.mark.django_db
def test_a_hidden_field_helps_no_search_with_a_slip(as_actor, make_user, north, owner, records):
    """The slip is in the title, the other word in a field that only some may read."""
    blind = make_user("blind@north.example", "read_only", (north,))
    blind.role = Role.objects.create(name="blind", label="Blind", grants={"customers:read": "team"})
    blind.save()
    query = "mülelr DE8119"
    assert search(as_actor(owner), query).groups
    assert search(as_actor(blind), "mülelr").groups and not search(as_actor(blind), query).groups


@pytest.mark.django_db
def test_archived_records_are_not_similar(api, owner, records):
    Customer.objects.update(archived_at="2026-01-01T00:00:00Z")
    assert found(api(owner).get("search", {"q": "mülelr"}).json()) == []


LETTERS = st.text(alphabet="abcü'", min_size=1, max_size=9)


def distance(one: str, other: str) -> int:
    """Optimal string alignment, by the book."""
    rows = [[max(i, j) if not i * j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            changed = rows[i - 1][j - 1] + (one[i - 1] != other[j - 1])
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed)
            if i > 1 and j > 1 and (one[i - 2], one[i - 1]) == (other[j - 1], other[j - 2]):
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(LETTERS, LETTERS)
def test_a_slip_is_a_distance_of_one(one, other):
    assert is_one_slip_apart(one, other) is (distance(one, other) <= 1)
    assert not is_one_slip_apart(one, other) or one_less(one) & one_less(other)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the function of the index")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "title",
    [
        "maya o'petrov",
        "muller-schmidt & söhne (gmbh)\nmore",
        "abc\t",
        "и" * 25,
        "",
        "漢字 株式会社名",
        "$1 {%s} a\\bcd",
    ],
)
def test_the_index_holds_what_a_word_with_a_slip_is_compared_with(title):
    words = [word for word in split_words(title.partition("\n")[0]) if 3 <= len(word) <= 21]
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_slips(%s)", [title])
        assert set(cursor.fetchone()[0] or ()) == {key for word in words for key in one_less(word)}
