"""Reading the sensitive fields of one record leaves an event (AUDIT-1): one for each person, record and hour."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from auditlog import reading
from auditlog.models import AuditEvent
from customers.models import Contact, Customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_was_read():
    cache.clear()


@pytest.fixture
def contact(north) -> Contact:
    return Contact.objects.create(last_name="Ahlers", team=north, birthdate="1990-04-03", city="Kiel")


def reads() -> list[tuple[str, str, list[str]]]:
    rows = AuditEvent.objects.filter(action__endswith=".viewed_sensitive").order_by("id")
    return [(row.action, row.actor_label, json.loads(row.changes)["fields"][1]) for row in rows]


@pytest.mark.parametrize("path", ["/contacts/{}/", "/contacts/{}/edit/", "/api/v1/contacts/{}"])
def test_page_form_and_api_leave_who_read_what(sign_in, owner, contact, path):
    assert sign_in(owner).get(path.format(contact.pk)).status_code == 200
    assert reads() == [("contacts.viewed_sensitive", "Olive Owner", ["birthdate", "city"])]


def test_looking_again_within_the_hour_leaves_no_more(sign_in, owner, teammate, contact, monkeypatch):
    for _ in range(3):
        sign_in(owner).get(f"/contacts/{contact.pk}/")
    assert len(reads()) == 1
    sign_in(teammate).get(f"/contacts/{contact.pk}/")
    assert [who for _action, who, _fields in reads()] == ["Olive Owner", "Tom Teammate"]
    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(reading.timezone, "now", lambda: later)
    sign_in(owner).get(f"/contacts/{contact.pk}/")
    assert len(reads()) == 3


def test_lists_leave_none(sign_in, owner, contact):
    for path in ("/contacts/", "/api/v1/contacts"):
        sign_in(owner).get(path)
    assert reads() == []


def test_who_may_not_see_them_and_who_asks_for_other_fields_read_nothing(sign_in, make_user, owner, north, contact):
    sign_in(make_user("guest@north.example", "read_only", (north,))).get(f"/contacts/{contact.pk}/")
    sign_in(owner).get(f"/api/v1/contacts/{contact.pk}?fields=last_name")
    assert reads() == []
    sign_in(owner).get(f"/api/v1/contacts/{contact.pk}?fields=last_name,city")
    assert reads() == [("contacts.viewed_sensitive", "Olive Owner", ["city"])]


def test_a_record_without_any_leaves_none(sign_in, owner, north):
    customer = Customer.objects.create(name="Acme", team=north)
    sign_in(owner).get(f"/customers/{customer.pk}/")
    assert reads() == []


def test_the_timeline_of_the_record_is_not_filled_with_them(sign_in, owner, contact):
    sign_in(owner).get(f"/contacts/{contact.pk}/")
    assert "viewed" not in sign_in(owner).get(f"/contacts/{contact.pk}/").content.decode()
