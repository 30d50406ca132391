"""The nightly search: which records it takes for the same, with which reasons, and what people decide about them."""

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.errors import Conflict, Forbidden, NotFound
from crm.core.ids import uuid7
from crm.ops.models import JobRun
from crm.transfer.models import ImportRun
from customers import services
from customers.matching.blocking import WINDOW, pairs, skeleton
from customers.matching.scanning import JOB, find_duplicates
from customers.matching.scoring import ENOUGH, POINTS, SAID, reasons, score
from customers.matching.traits import Traits, traits_of, words_of
from customers.models import Contact, Customer, DuplicatePair, Lead

pytestmark = pytest.mark.django_db
JOBS = Actor.system("duplicates")


@pytest.fixture
def boss(manager, as_actor):
    return as_actor(manager)


def search():
    find_duplicates(JOBS, timezone.now())
    return list(DuplicatePair.objects.order_by("-score"))


def company(**values):
    base = {"name": "", "email": "", "phone": "", "domain": "", "billing_city": "", "tax_id": "", "identifiers": []}
    return traits_of(Customer, (uuid7(), *{**base, **values}.values()))


ALIKE = [
    ({"name": "Acme GmbH", "domain": "acme.de"}, {"name": "ACME", "domain": "acme.de"}, {"domain", "same_name"}),
    ({"name": "Acme", "phone": "+493012345678"}, {"name": "Acme AG", "phone": "030 12345678"}, {"phone", "same_name"}),
    ({"name": "A", "email": "Ann+crm@x.example"}, {"name": "A", "email": "ann@X.example"}, {"email", "same_name"}),
    ({"name": "Meyer", "domain": "m.de"}, {"name": "Meier", "domain": "m.de"}, {"domain", "similar_name"}),
]


@pytest.mark.parametrize(("one", "other", "why"), ALIKE)
def test_what_is_alike_is_found_with_its_reasons(one, other, why):
    left, right = company(**one), company(**other)
    found = reasons(left, right)
    assert {what for what, _points in found} == why and score(found) >= ENOUGH
    assert len(list(pairs([left, right]))) == 1


UNLIKE = [
    ({"name": "Acme"}, {"name": "Acne"}),
    ({"name": "Berlin Bread", "phone": "+493012345678"}, {"name": "Hamburg Ham", "phone": "+493012345678"}),
    ({"name": "Acme", "email": "info@x.example"}, {"name": "Zebra", "email": "info@x.example"}),
    ({"name": "Acme", "domain": "a.de", "tax_id": "1"}, {"name": "Acme", "domain": "a.de", "tax_id": "2"}),
    ({"name": ""}, {"name": ""}),
]


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_what_only_has_something_in_common_is_not(one, other):
    assert score(reasons(company(**one), company(**other))) < ENOUGH


def test_every_reason_has_its_words():
    assert set(POINTS) == set(SAID)


def test_spellings_of_a_name_have_one_key():
    assert {skeleton(name) for name in ("meier", "meyer", "maier", "mayer")} == {"mr"}
    assert words_of("Arendt, Anna") == words_of("Anna ARENDT")


TEXT = st.sampled_from(["", "ann", "anna", "meier", "acme gmbh", "x"])


@given(st.lists(st.tuples(TEXT, TEXT, st.sampled_from(["", "+4930123456", "+4930999999"])), max_size=8))
def test_points_are_the_same_either_way_round_and_pairs_are_there_once(rows):
    records = [company(name=name, email=f"{box}@x.de" if box else "", phone=phone) for name, box, phone in rows]
    found = list(pairs(records))
    assert len({(one.pk, other.pk) for one, other in found}) == len(found)
    for one, other in found:
        assert one.pk < other.pk and reasons(one, other) == reasons(other, one)


def test_the_work_grows_with_the_records_and_not_with_their_square():
    """One switchboard for all is the worst block there is; the name is the second key of each."""
    phone = frozenset({"12345678"})
    records = [Traits(uuid7(), (f"{n}",), "", phone, "", "", "") for n in range(2000)]
    assert len(list(pairs(records))) <= len(records) * 2 * WINDOW


def test_the_search_finds_people_and_leads_too_and_stays_within_a_team(north, south, acme):
    Customer.objects.create(name="Acme AG", team=south, domain="acme.example")
    for team in (north, south):
        Contact.objects.create(first_name="Eva", last_name="Ernst", email="eva@x.example", team=team)
    Contact.objects.create(last_name="Ernst", email="Eva@x.example", team=north, birthdate="1990-01-01")
    for _ in range(2):
        Lead.objects.create(last_name="Kerr", company_name="Kerr GmbH", team=north)
    assert [(one.kind, one.team_id) for one in search()] == [("contact", north.pk), ("lead", north.pk)]


def test_neither_traps_nor_archived_nor_converted_ones_are_found(north):
    same = {"name": "Acme", "domain": "acme.example", "team": north}
    Customer.objects.create(**same)
    Customer.objects.create(**same, is_canary=True)
    Customer.objects.create(**same, archived_at=timezone.now())
    assert search() == []


@pytest.fixture
def pair(acme, north):
    Customer.objects.create(name="ACME", domain="acme.example", team=north)
    return search()[0]


def test_a_pair_is_found_once_and_forgotten_when_it_is_none_any_more(pair, acme):
    assert [one.pk for one in search()] == [pair.pk]
    Customer.objects.filter(pk=acme.pk).update(name="Zebra", domain="", email="")
    assert search() == []


def test_what_was_decided_stays_decided(pair, boss):
    services.duplicate_dismiss(boss, pair.pk)
    assert [one.state for one in search()] == ["dismissed"]
    with pytest.raises(Conflict):
        services.duplicate_dismiss(boss, pair.pk)
    services.duplicate_reopen(boss, pair.pk)
    assert [one.state for one in search()] == ["open"]


def test_a_merge_decides_and_its_undo_opens_it_again(pair, boss):
    merge = services.customer_merge(boss, pair.left_id, pair.right_id)
    pair.refresh_from_db()
    assert pair.state == "merged"
    services.merge_undo(boss, merge.pk)
    pair.refresh_from_db()
    assert pair.state == "open"


def test_who_may_not_merge_decides_nothing(pair, teammate, outsider, as_actor):
    for person in (teammate, outsider):
        with pytest.raises((NotFound, Forbidden)):
            services.duplicate_dismiss(as_actor(person), pair.pk)


def test_the_page_shows_both_with_reasons_and_leads_to_the_comparison(sign_in, manager, pair):
    client = sign_in(manager)
    shown = client.get("/duplicates/").content.decode()
    assert "Same web domain" in shown and "Same name" in shown and f"{pair.score} / 100" in shown
    assert f"/merge/?other={pair.right_id}" in shown
    answer = client.post(f"/duplicates/{pair.pk}/dismiss/", follow=True)
    assert f"/duplicates/{pair.pk}/reopen/" in answer.content.decode()
    assert "ACME" not in client.get("/duplicates/").content.decode().split('id="rows"')[1]
    assert "ACME" in client.get("/duplicates/?state=dismissed").content.decode()


def test_by_the_api(api, manager, outsider, owner, pair):
    listed = api(manager).get("duplicates?kind=customer&state=open").json()["results"]
    assert [(one["id"], one["reasons"]) for one in listed] == [(str(pair.pk), [["domain", 25], ["same_name", 45]])]
    assert api(manager).post(f"duplicates/{pair.pk}/dismiss").json()["state"] == "dismissed"
    assert api(owner).get("duplicates").status_code == api(outsider).get("duplicates").status_code == 403


def test_the_end_of_an_import_asks_for_a_search_once(boss, north, owner):
    run = ImportRun.objects.create(
        resource="contacts", file_name="a.csv", encoding="utf-8", headers=[], team=north, owner=owner
    )
    for _ in range(2):
        record(boss, "imports.finished", run)
    assert JobRun.objects.filter(job=JOB, started_at__isnull=True).count() == 1
