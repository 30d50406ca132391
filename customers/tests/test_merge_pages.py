"""Merging by page and API: the comparison, the old address, and the undo."""

import pytest

from auditlog.models import AuditEvent
from customers import services
from customers.models import Contact, Customer, Lead, Merge

pytestmark = pytest.mark.django_db
ACCEPT_JSON = {"Accept": "application/json"}


@pytest.fixture
def twin(north, teammate):
    return Customer.objects.create(
        name="ACME <b>Ltd</b>", team=north, owner=teammate, phone="+493099999", description="Two", tax_id="DE77"
    )


@pytest.fixture
def boss(manager, as_actor):
    return as_actor(manager)


def page_of(this, other):
    return f"/customers/{this.pk}/merge/?other={other.pk}"


def test_the_page_compares_the_two_and_proposes(sign_in, manager, acme, twin):
    Customer.objects.filter(pk=acme.pk).update(description="One")
    shown = sign_in(manager).get(page_of(acme, twin)).content.decode()
    assert "ACME &lt;b&gt;Ltd&lt;/b&gt;" in shown and "<b>Ltd" not in shown
    assert 'name="field-phone" value="this" checked' in shown
    assert 'name="field-description" value="both" checked' in shown and 'name="field-phone" value="both"' not in shown
    assert f"/customers/{twin.pk}/merge/?other={acme.pk}" in shown


def test_an_address_that_is_not_chosen_stays_among_the_further_ones_and_comes_back(sign_in, manager, boss, acme, twin):
    Customer.objects.filter(pk=acme.pk).update(billing_street="Storgatan 1", billing_city="Umeå")
    Customer.objects.filter(pk=twin.pk).update(billing_street="Hauptstr. 2", billing_city="Kiel", billing_country="DE")
    before = list(Customer.objects.order_by("pk").values("billing_street", "billing_country", "further_addresses"))
    client = sign_in(manager)
    shown = client.get(page_of(acme, twin)).content.decode()
    assert "all of them stay" in shown and "Billing, Storgatan 1, Umeå" in shown and "Hauptstr. 2, Kiel, DE" in shown
    client.post(f"/customers/{acme.pk}/merge/", {"other": str(twin.pk), "version": acme.version})
    acme.refresh_from_db()
    assert (acme.billing_street, acme.billing_city) == ("Storgatan 1", "Umeå")
    kept = {
        "label": "Billing",
        "street": "Hauptstr. 2",
        "postal_code": "",
        "city": "Kiel",
        "state": "",
        "country": "DE",
    }
    assert acme.further_addresses == [kept]
    services.merge_undo(boss, Merge.objects.get().pk)
    assert list(Customer.objects.order_by("pk").values(*before[0])) == before


def test_home_addresses_of_contacts_are_listed_for_those_who_may_see_them(sign_in, as_actor, superadmin, north):
    first, second = (
        Contact.objects.create(last_name="Berg", team=north, street=street) for street in ("Storgatan 1", "Hauptstr. 2")
    )
    shown = sign_in(superadmin).get(f"/contacts/{first.pk}/merge/?other={second.pk}").content.decode()
    assert "all of them stay" in shown and "Hauptstr. 2" in shown
    services.contact_merge(as_actor(superadmin), first.pk, second.pk)
    first.refresh_from_db()
    assert (first.street, [row["street"] for row in first.further_addresses]) == ("Storgatan 1", ["Hauptstr. 2"])


def test_without_the_other_the_page_asks_for_it(sign_in, manager, acme):
    shown = sign_in(manager).get(f"/customers/{acme.pk}/merge/").content.decode()
    assert 'data-picker="/customers/options/"' in shown


def test_what_one_chose_is_kept_and_the_notice_offers_an_undo(sign_in, manager, acme, twin):
    client = sign_in(manager)
    sent = {"other": str(twin.pk), "version": acme.version, "field-phone": "other", "field-name": "this"}
    answer = client.post(f"/customers/{acme.pk}/merge/", sent, follow=True)
    acme.refresh_from_db()
    assert (acme.name, acme.phone) == ("Acme", "+493099999")
    assert f"/customers/merges/{Merge.objects.get().pk}/undo/" in answer.content.decode()


def test_a_refusal_is_said_on_the_page(sign_in, superadmin, acme, south):
    foreign = Customer.objects.create(name="Acme South", team=south)
    answer = sign_in(superadmin).post(f"/customers/{acme.pk}/merge/", {"other": str(foreign.pk)})
    assert answer.status_code == 409 and "different teams" in answer.content.decode()


def test_the_old_address_leads_to_the_record_that_stayed_and_says_so(sign_in, manager, boss, acme, twin):
    services.customer_merge(boss, acme.pk, twin.pk)
    answer = sign_in(manager).get(f"/customers/{twin.pk}/", follow=True)
    assert answer.redirect_chain == [(f"/customers/{acme.pk}/", 302)]
    assert "merged into this one" in answer.content.decode()


def test_an_outsider_is_not_led_anywhere(sign_in, api, outsider, boss, acme, twin):
    services.customer_merge(boss, acme.pk, twin.pk)
    assert sign_in(outsider).get(f"/customers/{twin.pk}/").status_code == 404
    assert api(outsider).get(f"customers/{twin.pk}").status_code == 404


def test_the_undo_page_tells_what_was_changed_since_and_undoes_around_it(sign_in, manager, boss, acme, twin):
    merge = services.customer_merge(boss, acme.pk, twin.pk)
    client, address = sign_in(manager), f"/customers/merges/{merge.pk}/undo/"
    assert "exactly as they were" in client.get(address).content.decode()
    services.customer_update(boss, acme.pk, industry="Rails")
    assert "Industry was changed since" in client.get(address).content.decode()
    assert client.post(address).url == address and not Customer.objects.filter(pk=twin.pk).exists()
    assert client.post(address, {"keep": "1"}).url == f"/customers/{twin.pk}/"
    assert Customer.objects.get(pk=acme.pk).industry == "Rails"


def test_the_menu_offers_it_to_who_may(sign_in, manager, owner, acme):
    link = f"/customers/{acme.pk}/merge/"
    assert link in sign_in(manager).get(f"/customers/{acme.pk}/").content.decode()
    assert link not in sign_in(owner).get(f"/customers/{acme.pk}/").content.decode()


def test_by_the_api_with_the_contracts_body(api, manager, acme, twin):
    answer = api(manager).post(f"customers/{acme.pk}/merge", {"other": str(twin.pk), "fields": {"phone": "other"}})
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["phone"]) == (str(acme.pk), "+493099999")
    assert AuditEvent.objects.filter(action="customers.merged", door="api").exists()


def test_in_the_api_the_old_id_answers_301_to_readers_and_410_to_writers(api, manager, boss, acme, twin):
    services.customer_merge(boss, acme.pk, twin.pk)
    called = api(manager)
    read = called.get(f"customers/{twin.pk}?fields=id,name")
    assert read.status_code == 301 and read["Location"] == f"/api/v1/customers/{acme.pk}?fields=id,name"
    assert read["Cache-Control"] == "no-store"
    below = called.get(f"customers/{twin.pk}/notes")
    assert (below.status_code, below["Location"]) == (301, f"/api/v1/customers/{acme.pk}/notes")
    for answer in (
        called.patch(f"customers/{twin.pk}", {"name": "X"}),
        called.delete(f"customers/{twin.pk}"),
        called.post(f"customers/{twin.pk}/notes", {"body": "x"}),
        called.post(f"customers/{twin.pk}/merge", {"other": str(acme.pk)}),
    ):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (410, "merged")
        assert error["details"] == [{"field": "merged_into", "code": "merged_into", "message": str(acme.pk)}]


def test_merges_are_listed_and_undone_by_the_api(api, manager, outsider, boss, acme, twin):
    merge = services.customer_merge(boss, acme.pk, twin.pk)
    called = api(manager)
    listed = called.get(f"merges?loser_id={twin.pk}").json()["results"]
    assert [(one["id"], one["winner_id"], one["can_be_undone"]) for one in listed] == [
        (str(merge.pk), str(acme.pk), True)
    ]
    assert api(outsider).get("merges").json()["results"] == []
    assert api(outsider).post(f"merges/{merge.pk}/undo").status_code in (403, 404)
    services.customer_update(boss, acme.pk, name="Acme AG")
    refused = called.post(f"merges/{merge.pk}/undo", {})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "edited_since")
    assert called.post(f"merges/{merge.pk}/undo", {"keep_edits": True}).json()["can_be_undone"] is False
    assert called.get(f"customers/{twin.pk}").status_code == 200


@pytest.mark.parametrize(("word", "model"), [("contacts", Contact), ("leads", Lead)])
def test_contacts_and_leads_have_the_same_doors(sign_in, api, manager, north, word, model):
    one, two = (model.objects.create(last_name=name, team=north) for name in ("One", "Two"))
    assert sign_in(manager).get(f"/{word}/{one.pk}/merge/?other={two.pk}").status_code == 200
    assert api(manager).post(f"{word}/{one.pk}/merge", {"other": str(two.pk)}).status_code == 200
    assert sign_in(manager).get(f"/{word}/{two.pk}/").url == f"/{word}/{one.pk}/"


def test_a_hidden_field_is_not_shown_in_the_comparison(sign_in, manager, acme, twin):
    manager.role.grants = {name: reach for name, reach in manager.role.grants.items() if not name.startswith("billing")}
    manager.role.save()
    assert "DE77" not in sign_in(manager).get(page_of(acme, twin)).content.decode()


def test_two_of_one_name_are_told_apart(sign_in, manager, anna):
    twin = Contact.objects.create(first_name="Anna", last_name="Arendt", team=anna.team, email="a@home.example")
    page = sign_in(manager).get(f"/contacts/{anna.pk}/merge/?other={twin.pk}").content.decode()
    assert "Keep Anna Arendt (a@home.example) instead" in page and "Anna Arendt (anna@acme.example)</strong>" in page
