"""What others call a customer: each number once in a team, found by any fragment, and kept as it was typed."""

import json
from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.errors import CrmError, Invalid
from crm.core.permissions import Reach
from crm.privacy.personal import blank
from customers import services
from customers.errors import IdentifierTaken
from customers.identifier_cells import rows_in, written
from customers.matching.scanning import scan
from customers.models import Customer, DuplicatePair, IdentifierKey
from customers.models.choices import IdentifierKind
from customers.models.identifier import key_of
from customers.models.merge import MergeKind
from customers.tests.state import state

pytestmark = pytest.mark.django_db

LEI = {"kind": "lei", "value": "5299 00T8 BM49 AURS DO55"}
DUNS = {"kind": "duns", "value": "15-048-3782"}
SEVEN = {"kind": "customer_number", "value": "7"}
REGISTER = {"kind": "register", "value": "HRB 12345", "country": "DE", "label": "Amtsgericht Kiel"}


def full(row):
    return {"country": "", "label": "", **row}


@pytest.fixture
def filled(actor, acme):
    return services.customer_update(actor, acme.pk, identifiers=[LEI, DUNS, REGISTER])


def keys(customer):
    return sorted(IdentifierKey.objects.filter(customer_id=customer.pk).values_list("value", flat=True))


def test_they_go_in_and_out_by_api_as_they_were_typed(api, owner, acme):
    shown = api(owner).patch(f"customers/{acme.pk}", {"identifiers": [LEI, REGISTER]}).json()
    assert shown["identifiers"] == [full(LEI), full(REGISTER)]
    assert api(owner).patch(f"customers/{acme.pk}", {"identifiers": []}).json()["identifiers"] == []


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([{"kind": "lei", "value": "529900T8BM49AURSDO56"}], "invalid_identifier"),
        ([{"kind": "duns", "value": "15-048-378"}], "invalid_identifier"),
        ([{"kind": "duns", "value": "٣٣٣٣٣٣٣٣٣"}], "invalid_identifier"),
        ([{"kind": "gln", "value": "4012345000008"}], "invalid_identifier"),
        ([{"kind": "gln", "value": "96385074"}], "invalid_identifier"),
        ([{"kind": "register", "value": "- / -"}], "invalid_identifier"),
        ([{"kind": "other", "value": "7"}], "required"),
        ([{"kind": "passport", "value": "7"}], "invalid_choice"),
        ([{"kind": "lei"}], "blank"),
        ([{**REGISTER, "country": "Germany"}], "invalid_country"),
        ([{**REGISTER, "country": "d1"}], "invalid_country"),
        ([DUNS, {"kind": "duns", "value": "150483782", "label": "again"}], "repeated"),
        ([{**DUNS, "scheme": "x"}], "unknown_field"),
        ([{"kind": "customer_number", "value": str(number)} for number in range(21)], "too_many_rows"),
    ],
)
def test_what_cannot_be_one_is_refused_with_a_code(actor, acme, rows, code):
    with pytest.raises(Invalid) as refusal:
        services.customer_update(actor, acme.pk, identifiers=rows)
    assert (refusal.value.details[0]["field"], refusal.value.details[0]["code"]) == ("identifiers", code)
    assert keys(acme) == []


def test_the_keys_follow_the_record(actor, filled):
    assert keys(filled) == ["150483782", "529900T8BM49AURSDO55", "HRB12345"]
    services.customer_update(actor, filled.pk, identifiers=[DUNS])
    assert keys(filled) == ["150483782"]
    services.customer_archive(actor, filled.pk)
    assert keys(filled) == []
    services.customer_restore(actor, filled.pk)
    assert keys(filled) == ["150483782"]
    Customer.objects.filter(pk=filled.pk).delete()
    assert not IdentifierKey.objects.exists()


@pytest.mark.parametrize(
    "query",
    ["12345", "HRB12345", "hrb 123", "15-048-3782", "150483782", "0483782", "529900T8BM49", "T8BM 49AU", "kiel"],
)
def test_any_fragment_of_one_finds_the_customer(api, owner, filled, query):
    found = api(owner).get("customers", {"search": query}).json()["results"]
    assert [row["id"] for row in found] == [str(filled.pk)]


def test_the_word_for_a_kind_finds_nobody(api, owner, filled):
    assert api(owner).get("customers", {"search": "register"}).json()["results"] == []


@pytest.mark.parametrize("number", ["hrb12345", "HRB 12345", "15 048 3782", "5299.00T8BM49AURSDO55"])
def test_the_exact_number_filters_however_it_is_spaced(api, owner, outsider, filled, number):
    found = api(owner).get("customers", {"identifier": number}).json()["results"]
    assert [row["id"] for row in found] == [str(filled.pk)]
    assert api(outsider).get("customers", {"identifier": number}).json()["results"] == []
    assert api(owner).get("customers", {"identifier": number[:-1]}).json()["results"] == []


def test_a_second_customer_of_the_team_with_the_same_number_is_refused_by_name(api, owner, filled):
    body = {"name": "Other", "identifiers": [{"kind": "lei", "value": "529900t8bm49aursdo55"}]}
    answer = api(owner).post("customers", body)
    detail = answer.json()["error"]["details"][0]
    assert (answer.status_code, detail["field"], detail["code"]) == (409, "identifiers", "identifier_taken")
    assert detail["message"] == "Acme has LEI 529900t8bm49aursdo55 already."
    assert not Customer.objects.filter(name="Other").exists()


def test_who_may_not_read_the_other_is_not_told_its_name(actor, as_actor, teammate, filled):
    """`own` reach: a colleague of the team sees that it is taken, and not by whom."""
    Customer.objects.filter(pk=filled.pk).update(owner=None)
    seller = as_actor(teammate)
    narrow = replace(seller, grants={**seller.grants, "customers:read": Reach.OWN, "customers:write": Reach.OWN})
    with pytest.raises(IdentifierTaken) as refusal:
        services.customer_create(narrow, name="Other", identifiers=[DUNS])
    assert refusal.value.details[0]["message"] == "Another has D-U-N-S 15-048-3782 already."


def test_another_team_may_know_it_too(actor, as_actor, outsider, filled):
    assert services.customer_create(as_actor(outsider), name="Other", identifiers=[DUNS]).pk


def test_registers_of_other_places_and_systems_of_other_names_do_not_clash(actor, filled):
    rows = [{**REGISTER, "label": "Amtsgericht Bonn"}, {**REGISTER, "country": "AT"}, {**REGISTER, "kind": "other"}]
    assert len(services.customer_create(actor, name="Other", identifiers=rows).identifiers) == 3
    with pytest.raises(IdentifierTaken):
        services.customer_create(actor, name="Third", identifiers=[{**REGISTER, "label": "AMTSGERICHT-KIEL"}])


def test_what_an_archived_one_had_is_free_and_then_keeps_it_from_coming_back(actor, filled):
    services.customer_archive(actor, filled.pk)
    taker = services.customer_create(actor, name="Taker", identifiers=[DUNS])
    with pytest.raises(IdentifierTaken):
        services.customer_restore(actor, filled.pk)
    services.customer_update(actor, taker.pk, identifiers=[])
    assert services.customer_restore(actor, filled.pk).identifiers[1] == full(DUNS)


def test_a_move_to_another_team_takes_them_along(superadmin, as_actor, south, filled):
    services.customer_update(as_actor(superadmin), filled.pk, team=south, owner=None)
    assert set(IdentifierKey.objects.values_list("pk", flat=True)) == {
        key_of(south.pk, row) for row in filled.identifiers
    }


def test_a_change_is_in_the_trail_and_on_the_page_in_words(sign_in, owner, filled):
    told = json.loads(AuditEvent.objects.latest("at").changes)
    assert told["identifiers"] == [[], [full(LEI), full(DUNS), full(REGISTER)]]
    page = sign_in(owner).get(f"/customers/{filled.pk}/").content.decode()
    for text in ("HRB 12345 (Amtsgericht Kiel, DE)", "D-U-N-S", "15-048-3782"):
        assert text in page


def test_a_merge_keeps_both_and_its_undo_gives_them_back(superadmin, as_actor, north, filled):
    boss = as_actor(superadmin)
    goes = services.customer_create(boss, name="Acme Ltd", team=north, identifiers=[SEVEN])
    before = state()
    made = services.customer_merge(boss, filled.pk, goes.pk)
    assert keys(filled) == ["150483782", "529900T8BM49AURSDO55", "7", "HRB12345"] and keys(goes) == []
    services.merge_undo(boss, made.pk)
    assert state() == before


def test_what_a_merge_brought_and_another_took_stops_the_undo(superadmin, as_actor, north, filled):
    boss = as_actor(superadmin)
    goes = services.customer_create(boss, name="Acme Ltd", team=north, identifiers=[SEVEN])
    made = services.customer_merge(boss, filled.pk, goes.pk, fields={"identifiers": "this"})
    services.customer_create(boss, name="Taker", team=north, identifiers=[SEVEN])
    with pytest.raises(CrmError) as refusal:
        services.merge_undo(boss, made.pk)
    assert refusal.value.code == "already_exists"


def test_the_same_number_of_another_register_makes_a_pair(north, filled, actor):
    services.customer_create(actor, name="Acme AG", identifiers=[{**REGISTER, "label": "AG Kiel"}])
    scan(Actor.system("duplicates"), MergeKind.CUSTOMER, north.pk)
    assert ["identifier", 40] in DuplicatePair.objects.get().reasons


def test_two_with_different_leis_are_two(north, actor):
    for name, number in (("Acme", "529900T8BM49AURSDO55"), ("Acme GmbH", "7LTWFZYICNSX8D621K86")):
        services.customer_create(actor, name=name, identifiers=[{"kind": "lei", "value": number}])
    scan(Actor.system("duplicates"), MergeKind.CUSTOMER, north.pk)
    assert not DuplicatePair.objects.exists()


FORM = {"name": "New", "kind": "organization", "status": "prospect", "customer_type": "customer"}


def test_who_types_a_known_number_as_another_kind_is_asked_once_more(sign_in, owner, north, filled):
    typed = {"kind": "other", "value": "150483782", "country": "", "label": "D&B"}
    body = {**FORM, "team": str(north.pk), **{f"identifiers-0-{name}": text for name, text in typed.items()}}
    assert b"Create anyway" in sign_in(owner).post("/customers/new/", body).content
    assert sign_in(owner).post("/customers/new/", {**body, "create_anyway": "1"}).status_code == 302
    assert Customer.objects.get(name="New").identifiers == [typed]


def test_the_form_says_beside_the_rows_who_has_it_and_keeps_what_was_typed(sign_in, owner, north, filled):
    body = {**FORM, "team": str(north.pk), "identifiers-0-kind": "duns", "identifiers-0-value": "150483782"}
    answer = sign_in(owner).post("/customers/new/", {**body, "create_anyway": "1"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "Acme has D-U-N-S 150483782 already." in page and 'value="150483782"' in page


def test_an_individuals_are_erased_with_them(superadmin, as_actor, north):
    boss = as_actor(superadmin)
    person = services.customer_create(boss, name="Ida", kind="individual", team=north, identifiers=[DUNS])
    blank(person)
    person.refresh_from_db()
    assert person.identifiers == [] and "150483782" not in person.search_text and not IdentifierKey.objects.exists()


PARTS = st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1, max_size=20)


ROWS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(IdentifierKind.values),
        "value": PARTS,
        "country": st.sampled_from(["", "DE"]),
        "label": PARTS | st.just(""),
    }
)


@given(st.lists(ROWS))
def test_a_cell_reads_back_as_it_was_written(rows):
    assert rows_in(written(rows)) == rows


@given(value=st.text(st.characters(blacklist_categories=["C"]), min_size=1, max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_the_database_and_the_code_have_one_form_of_a_number(north, value):
    row = {"kind": "other", "value": value, "country": "", "label": value}
    with transaction.atomic():
        one = Customer.objects.create(name="X", team=north, identifiers=[row])
        assert IdentifierKey.objects.get().pk == key_of(north.pk, row)
        one.delete()
