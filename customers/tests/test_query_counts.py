"""Lists and details cost the same number of statements for five rows and for fifty."""

from typing import Any

import pytest

from customers.models import Contact, Customer, LabelAssignment, Lead, Note
from tests.query_counts import assert_baseline, counted_queries

pytestmark = pytest.mark.django_db

PAGES = {
    "customers_list": ("/customers/", 10),
    "contacts_list": ("/contacts/", 10),
    "leads_list": ("/leads/", 10),
    "labels_list": ("/labels/", 10),
    "customers_detail": ("/customers/{customer}/", 16),
    "contacts_detail": ("/contacts/{contact}/", 15),
    "leads_detail": ("/leads/{lead}/", 14),
    "customers_timeline": ("/customers/{customer}/timeline/", 14),
    "api_customers_list": ("/api/v1/customers", 6),
    "api_contacts_list": ("/api/v1/contacts?expand=customer,owner", 6),
    "api_leads_list": ("/api/v1/leads", 6),
    "api_notes_list": ("/api/v1/notes", 6),
    "api_labels_list": ("/api/v1/labels", 6),
    "api_customers_detail": ("/api/v1/customers/{customer}", 5),
    "api_contacts_detail": ("/api/v1/contacts/{contact}", 5),
    "api_customer_contacts": ("/api/v1/customers/{customer}/contacts", 6),
}


def fill(north: Any, owner: Any, acme: Any, label: Any, rows: int) -> None:
    shared = {"team": north, "owner": owner}
    customers = Customer.objects.bulk_create(Customer(name=f"C{i}", parent=acme, **shared) for i in range(rows))
    contacts = [Contact(last_name=f"L{i}", customer=acme, **shared) for i in range(rows)]
    Contact.objects.bulk_create(contacts)
    Lead.objects.bulk_create(Lead(last_name=f"L{i}", **shared) for i in range(rows))
    Note.objects.bulk_create(Note(body="Hello", customer=acme, **shared) for _ in range(rows))
    LabelAssignment.objects.bulk_create(LabelAssignment(customer=one, label=label) for one in customers)


@pytest.mark.parametrize("name", PAGES)
def test_the_cost_does_not_grow_with_the_rows(name, sign_in, teammate, north, owner, acme, anna, lead, key_account):
    path, ceiling = PAGES[name]
    client, address = sign_in(teammate), path.format(customer=acme.pk, contact=anna.pk, lead=lead.pk)
    counts = []
    for rows in (5, 45):
        fill(north, owner, acme, key_account, rows)
        with counted_queries() as queries:
            assert client.get(address).status_code == 200
        counts.append(queries.count)
    assert counts[0] == counts[1] <= ceiling, counts
    assert_baseline(name, counts[1])


def test_creating_a_contact_stays_within_its_budget(api, owner, acme):
    client = api(owner)
    with counted_queries() as queries:
        answer = client.post("contacts", {"last_name": "New", "customer": str(acme.pk), "email": "new@acme.example"})
    assert answer.status_code == 201 and queries.count <= 14
    assert_baseline("api_contacts_create", queries.count)
