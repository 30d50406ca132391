"""Operators find and change the records of this app in the administration, through the same services."""

import pytest

from auditlog.models import AuditEvent
from customers.models import Contact, Customer
from tests.query_counts import counted_queries

pytestmark = pytest.mark.django_db

MODELS = ["customer", "contact", "lead", "note", "label", "bulkchange"]


@pytest.mark.parametrize("model", MODELS)
def test_each_list_opens_for_operators_and_is_invisible_to_others(
    model, sign_in, superadmin, owner, acme, anna, lead, note, key_account
):
    path = f"/admin/customers/{model}/"
    assert sign_in(superadmin).get(path).status_code == 200
    assert sign_in(owner).get(path).status_code == 404


@pytest.mark.parametrize("model", MODELS[:5])
def test_each_record_opens(model, sign_in, superadmin, acme, anna, lead, note, key_account):
    record = {"customer": acme, "contact": anna, "lead": lead, "note": note, "label": key_account}[model]
    assert sign_in(superadmin).get(f"/admin/customers/{model}/{record.pk}/change/").status_code == 200


@pytest.mark.parametrize("model", ["customer", "contact"])
def test_a_list_costs_the_same_for_more_rows(model, sign_in, superadmin, acme, anna):
    client, counts = sign_in(superadmin), []
    for rows in (3, 30):
        Customer.objects.bulk_create(Customer(name=f"C{i}", team=acme.team, owner=superadmin) for i in range(rows))
        Contact.objects.bulk_create(Contact(last_name=f"L{i}", team=acme.team, customer=acme) for i in range(rows))
        with counted_queries() as queries:
            client.get(f"/admin/customers/{model}/")
        counts.append(queries.count)
    assert counts[0] == counts[1]


def test_search_finds_a_fragment_of_a_phone(sign_in, superadmin, acme):
    assert b"Acme" in sign_in(superadmin).get("/admin/customers/customer/?q=3012345").content
    assert b">Acme<" not in sign_in(superadmin).get("/admin/customers/customer/?q=nothing").content


def test_a_change_goes_through_the_service_and_is_recorded(sign_in, superadmin, key_account):
    form = {"name": "Key client", "tone": "2", "team": str(key_account.team_id), "owner": str(superadmin.pk)}
    answer = sign_in(superadmin).post(f"/admin/customers/label/{key_account.pk}/change/", form)
    assert answer.status_code == 302, answer.content
    event = AuditEvent.objects.get(action="labels.updated")
    assert (event.door, event.actor_id) == ("admin", superadmin.pk)


@pytest.mark.parametrize(("model", "link"), [("customer", "parent"), ("contact", "customer"), ("note", "customer")])
def test_a_form_does_not_name_a_record_of_another_team(model, link, sign_in, make_user, north, south):
    foreign = Customer.objects.create(name="Southern secret", team=south)
    client = sign_in(make_user("admin@north.example", role="admin", teams=(north,)))
    path = f"/admin/customers/{model}/add/"
    assert b"Southern secret" not in client.get(path, {link: str(foreign.pk)}).content
    answer = client.post(path, {link: str(foreign.pk), "team": str(north.pk)})
    assert answer.status_code == 200 and b"Southern secret" not in answer.content
