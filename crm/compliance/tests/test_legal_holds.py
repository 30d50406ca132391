"""A hold is placed from a record's page or its trail, keeps record and events, and is released with a reason."""

from datetime import timedelta

import pytest
from django.utils import timezone

from auditlog.holds import hold_release, hold_set
from auditlog.models import AuditEvent, LegalHold
from auditlog.purging import purge_events
from auditlog.sealing import seal_pending
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.errors import Conflict, Invalid
from customers.models import Contact
from customers.services import contact_create, contact_delete

pytestmark = pytest.mark.django_db
HOLDS = "/compliance/holds/"


@pytest.fixture
def officer(as_actor, superadmin):
    return as_actor(superadmin)


@pytest.fixture
def anna(officer, north):
    return contact_create(officer, last_name="Kind", first_name="Anna", team=north)


@pytest.fixture
def hold(officer, anna):
    return hold_set(officer, object_type="contact", object_id=str(anna.pk), reason="dispute 7")


def new(record):
    return f"{HOLDS}new/?object={record._meta.model_name}:{record.pk}"


def test_from_the_records_page_to_the_list(sign_in, superadmin, anna):
    client = sign_in(superadmin)
    assert new(anna) in client.get(f"/contacts/{anna.pk}/").text
    assert new(anna) in client.get(f"/audit/?object=contact:{anna.pk}").text.replace("%3A", ":")
    event = AuditEvent.objects.get(action="contacts.created")
    assert new(anna) in client.get(f"/audit/{event.pk}/").text
    assert "Legal hold on Anna Kind" in client.get(new(anna)).text
    sent = {"object": f"contact:{anna.pk}", "reason": "dispute 7"}
    assert client.post(f"{HOLDS}new/", {**sent, "reason": ""}).status_code == 422
    placed = client.post(f"{HOLDS}new/", sent)
    hold = LegalHold.objects.get()
    assert placed["Location"] == f"{HOLDS}{hold.pk}/" and (hold.placed_by, hold.object_label) == (
        "Sue Super",
        "Anna Kind",
    )
    assert "under a legal hold already" in client.get(new(anna)).text
    assert client.post(f"{HOLDS}new/", sent).status_code == 409
    listed = client.get(HOLDS).text
    assert "Anna Kind" in listed and "dispute 7" in listed
    assert "Anna Kind" not in client.get(f"{HOLDS}?state=released").text
    assert "Anna Kind" in client.get(f"{HOLDS}?search=DISPUTE").text


def test_releasing_takes_a_reason_and_a_recent_password(sign_in, sign_in_long_ago, superadmin, hold):
    old = sign_in_long_ago(superadmin)
    assert "reauthenticate" in old.post(f"{HOLDS}{hold.pk}/release/", {"reason": "settled"})["Location"]
    client = sign_in(superadmin)
    assert client.post(f"{HOLDS}{hold.pk}/release/", {"reason": " "}).status_code == 422
    assert LegalHold.objects.active().exists()
    assert client.post(f"{HOLDS}{hold.pk}/release/", {"reason": "settled"})["Location"] == f"{HOLDS}{hold.pk}/"
    hold.refresh_from_db()
    assert (hold.released_by, hold.release_reason, hold.state) == ("Sue Super", "settled", "released")
    assert "settled" in client.get(f"{HOLDS}{hold.pk}/").text
    assert client.get(f"{HOLDS}{hold.pk}/release/")["Location"] == f"{HOLDS}{hold.pk}/"
    told = AuditEvent.objects.get(action="legal_holds.released")
    assert "settled" in told.changes and told.retention == "sensitive"


def test_what_is_held_is_neither_deleted_nor_purged_until_it_is_released(officer, anna, hold, settings):
    with pytest.raises(Conflict) as refusal:
        contact_delete(officer, anna.pk)
    assert refusal.value.code == "legal_hold" and "dispute 7" in refusal.value.message
    settings.AUDIT_RETENTION = {"normal": timedelta(seconds=-1), "sensitive": timedelta(days=7)}
    seal_pending()
    created = AuditEvent.objects.filter(action="contacts.created", object_id=str(anna.pk))
    purge_events(Actor.system("retention"))
    assert created.exists()
    hold_release(officer, hold.pk, reason="settled")
    purge_events(Actor.system("retention"))
    assert not created.exists()
    contact_delete(officer, anna.pk)
    assert not Contact.objects.filter(pk=anna.pk).exists()


def test_a_record_that_is_gone_can_be_held_by_its_trail(officer, anna):
    contact_delete(officer, anna.pk)
    hold = hold_set(officer, object_type="contact", object_id=str(anna.pk), reason="inquiry")
    assert str(hold) == "Anna Kind"


@pytest.mark.parametrize(
    ("kind", "pk"), [("planet", "1"), ("contact", "1"), ("contact", "019376b2-0000-7000-8000-000000000000"), ("", "")]
)
def test_what_never_was_is_not_held(kind, pk, officer, sign_in, superadmin):
    with pytest.raises(Invalid):
        hold_set(officer, object_type=kind, object_id=pk, reason="dispute")
    assert sign_in(superadmin).get(f"{HOLDS}new/?object={kind}:{pk}").status_code == 404


# Who gets where: (role, list and one hold, placing, releasing).
ACCESS = [
    ("superadmin", 200, 302, 302),
    ("admin", 404, 403, 404),
    ("auditor", 200, 403, 403),
    ("sales_rep", 404, 403, 403),
    ("support", 403, 403, 403),
]


@pytest.mark.parametrize(("role", "reads", "places", "releases"), ACCESS)
def test_who_may_do_what_on_the_pages(role, reads, places, releases, make_user, sign_in, north, anna, hold):
    client = sign_in(make_user("x@north.example", role, (north,)))
    other = Contact.objects.create(last_name="Other", team=north)
    assert client.get(f"{HOLDS}{hold.pk}/").status_code == reads
    sent = {"object": f"contact:{other.pk}", "reason": "dispute"}
    assert client.post(f"{HOLDS}new/", sent).status_code == places
    assert client.post(f"{HOLDS}{hold.pk}/release/", {"reason": "settled"}).status_code == releases
    assert LegalHold.objects.filter(object_id=str(other.pk)).exists() == (places == 302)
    assert LegalHold.objects.active().filter(pk=hold.pk).exists() == (releases != 302)


@pytest.mark.parametrize(("role", "reads", "places", "releases"), ACCESS)
def test_who_may_do_what_by_the_api(role, reads, places, releases, make_user, api, north, anna, hold):
    door = api(make_user("x@north.example", role, (north,)))
    other = Contact.objects.create(last_name="Other", team=north)
    assert door.get(f"compliance/holds/{hold.pk}").status_code == reads
    sent = {"object_type": "contact", "object_id": str(other.pk), "reason": "dispute"}
    assert door.post("compliance/holds", sent).status_code == (201 if places == 302 else 403)
    released = door.post(f"compliance/holds/{hold.pk}/release", {"reason": "settled"})
    assert released.status_code == (200 if releases == 302 else releases)
    assert LegalHold.objects.active().filter(pk=hold.pk).exists() == (releases != 302)


def test_a_rep_with_a_trail_of_their_team_sees_no_hold(api, owner, hold):
    assert api(owner).get("compliance/holds").json()["results"] == []


def test_the_api_says_what_is_wrong(api, superadmin, sign_in_long_ago, anna, hold):
    door = api(superadmin)
    again = door.post("compliance/holds", {"object_type": "contact", "object_id": str(anna.pk), "reason": "again"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_exists")
    nobody = door.post("compliance/holds", {"object_type": "contact", "object_id": "1", "reason": "x"})
    assert nobody.json()["error"]["details"][0]["code"] == "unknown_reference"
    assert door.post(f"compliance/holds/{hold.pk}/release", {}).status_code == 422
    old = sign_in_long_ago(superadmin).post(
        f"/api/v1/compliance/holds/{hold.pk}/release", {"reason": "settled"}, content_type="application/json"
    )
    assert old.json()["error"]["code"] == "reauthentication_required"
    listed = door.get("compliance/holds?state=active").json()["results"]
    assert [one["reason"] for one in listed] == ["dispute 7"]
    door.post(f"compliance/holds/{hold.pk}/release", {"reason": "settled"})
    twice = door.post(f"compliance/holds/{hold.pk}/release", {"reason": "settled"})
    assert (twice.status_code, twice.json()["error"]["code"]) == (409, "already_released")


def test_the_trail_of_a_hold_names_what_it_keeps(officer, anna, hold):
    record(officer, "contacts.viewed_sensitive", anna)
    assert timezone.now() > hold.created_at
    assert AuditEvent.objects.get(action="legal_holds.created").object_label == "Anna Kind"
