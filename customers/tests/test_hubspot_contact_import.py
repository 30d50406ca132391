"""A contact export of HubSpot: what is right comes in, what is wrong is explained, nothing else suffers."""

import pytest

from auditlog.models import AuditEvent
from customers.models import Contact, Customer
from customers.tests.import_files import HUBSPOT_CONTACTS, as_csv, hubspot_contact, import_text

pytestmark = pytest.mark.django_db

BAD = {
    11: ("email", "invalid", {"Email": "nora at lindqvist"}),
    101: ("last_name", "required", {"First Name": "", "Last Name": "", "Email": ""}),
    202: ("phone", "invalid_phone", {"Phone Number": "call me maybe"}),
    303: ("last_name", "max_length", {"Last Name": "L" * 101}),
    404: ("", "nul_character", {"First Name": "No\x00ra"}),
    505: ("created_at", "invalid_date", {"Create Date": "2020-13-45 10:00"}),
    606: ("", "wrong_cell_count", {}),
}


@pytest.fixture
def export():
    rows = [hubspot_contact(number, **BAD.get(number, ("", "", {}))[2]) for number in range(1000)]
    rows[606] = rows[606][:-3]
    return as_csv(HUBSPOT_CONTACTS, rows)


def test_993_of_1000_come_in_and_7_are_explained_with_their_lines(export, as_actor, owner, north):
    run = import_text(as_actor(owner), export)
    assert (run.state, run.source, run.resource) == ("finished", "hubspot", "contacts")
    assert (run.created_count, run.failed_count, run.skipped_count) == (993, 7, 0), list(run.rows.values())[:10]
    told = {row.line: (row.reasons[0]["field"], row.reasons[0]["code"]) for row in run.rows.filter(status="failed")}
    assert told == {number + 2: (field, code) for number, (field, code, _changes) in BAD.items()}
    assert Contact.objects.filter(team=north).count() == 993


def test_what_comes_in_is_what_the_file_said(export, as_actor, owner):
    import_text(as_actor(owner), export)
    contact = Contact.objects.select_related("customer").get(external_id="351000000007")
    assert (contact.first_name, contact.last_name, contact.email) == (
        "Nora7",
        "Lindqvist7",
        "nora.7@lindqvist.example",
    )
    assert contact.phone == "+49301000007" and contact.owner == owner
    assert contact.customer.name == "Lindqvist 7 AB" and contact.created_at.isoformat() == "2020-01-10T10:00:00+00:00"
    assert "lindqvist7" in contact.search_text and "301000007" in contact.search_text


def test_each_company_is_created_once_and_told(export, as_actor, owner):
    run = import_text(as_actor(owner), export)
    assert Customer.objects.count() == run.linked_count == 50
    assert run.rows.filter(status="created", reasons__0__code="link_created").count() == 50


def test_every_record_leaves_its_event_through_the_import_door(export, as_actor, owner):
    run = import_text(as_actor(owner), export)
    events = AuditEvent.objects.filter(trace_id=run.trace_of_run, door="import")
    assert events.filter(action="contacts.created", actor_id=owner.pk).count() == 993
    assert events.filter(action="customers.created").count() == 50


def test_the_same_file_again_adds_nothing(export, as_actor, owner):
    import_text(as_actor(owner), export)
    again = import_text(as_actor(owner), export)
    assert (again.created_count, again.skipped_count, again.failed_count) == (0, 993, 7)
    assert Contact.objects.count() == 993 and Customer.objects.count() == 50
