"""A request: noted, due in a month, its records chosen, answered or refused with a reason."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from auditlog.models import AuditEvent
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.privacy import services
from crm.privacy.models import SubjectRequest, a_month_after
from crm.privacy.subjects import matches
from crm.privacy.tests.conftest import EMAIL, WRITTEN

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        (date(2026, 11, 28), date(2026, 12, 28)),
    ],
)
def test_a_month_is_the_same_day_of_the_next_or_its_last(day, due):
    assert a_month_after(day) == due


def test_one_person_is_found_in_all_kinds(officer, wilma, lead, make_user, north):
    colleague = make_user(EMAIL, teams=(north,))
    assert {row.pk for _kind, row in matches(officer, EMAIL)} == {wilma.pk, lead.pk, colleague.pk}
    assert {row.pk for _kind, row in matches(officer, "zuckermann wil")} == {wilma.pk, lead.pk}
    assert [row.pk for _kind, row in matches(officer, WRITTEN)] == [wilma.pk]


def test_a_company_is_no_person(officer, acme):
    assert not matches(officer, "Acme")


def test_the_officer_says_which_records_are_the_person(officer, request_of_wilma, wilma, lead):
    chosen = [["contact", str(wilma.pk)], ["lead", str(lead.pk)]]
    assert services.request_choose(officer, request_of_wilma.pk, subjects=chosen).subjects == chosen
    assert AuditEvent.objects.filter(action="subject_requests.updated").exists()


@pytest.mark.parametrize("subjects", [[["contact", "no-id"]], [["planet", "x"]], [["contact"]]])
def test_what_is_no_record_is_refused(officer, request_of_wilma, subjects):
    with pytest.raises((Invalid, NotFound)):
        services.request_choose(officer, request_of_wilma.pk, subjects=subjects)


def test_a_refusal_needs_a_reason_and_closes_the_request(officer, request_of_wilma):
    with pytest.raises(Invalid):
        services.request_refuse(officer, request_of_wilma.pk, reason=" ")
    assert services.request_refuse(officer, request_of_wilma.pk, reason="not proved who asks").state == "refused"
    with pytest.raises(Conflict):
        services.request_complete(officer, request_of_wilma.pk)


def test_a_request_from_the_future_is_refused(officer):
    with pytest.raises(Invalid):
        services.request_open(officer, kind="access", person="x", received_at=timezone.now() + timedelta(days=1))


def test_who_may(officer, request_of_wilma, owner, outsider, make_user, north, south, as_actor, wilma):
    sells, elsewhere = as_actor(owner), as_actor(make_user("a@south.example", "admin", (south,)))
    here = as_actor(make_user("a@north.example", "admin", (north,)))
    with pytest.raises(Forbidden):
        services.request_open(sells, kind="access", person="x")
    assert not SubjectRequest.objects.for_actor(sells).exists()
    assert not SubjectRequest.objects.for_actor(elsewhere).exists() and not matches(elsewhere, EMAIL)
    with pytest.raises(NotFound):
        services.request_open(elsewhere, kind="access", person="x", subjects=[["contact", str(wilma.pk)]])
    assert SubjectRequest.objects.for_actor(here).get() == request_of_wilma and matches(here, EMAIL)


def test_from_the_menu_of_a_contact_to_the_answer(sign_in, superadmin, owner, wilma, lead):
    client = sign_in(superadmin)
    assert f"subject=contact:{wilma.pk}" in client.get(f"/contacts/{wilma.pk}/").text
    assert "Personal data…" not in sign_in(owner).get(f"/contacts/{wilma.pk}/").text
    form = client.get(f"/compliance/subjects/new/?subject=contact:{wilma.pk}")
    assert EMAIL in form.text
    sent = {"kind": "access", "person": EMAIL, "received_at": "2026-01-05T10:00", "subject": f"contact:{wilma.pk}"}
    made = client.post("/compliance/subjects/new/", {**sent, "team": str(wilma.team_id)})
    assert made.status_code == 302
    page = client.get(made["Location"])
    assert str(lead.pk) in page.text and "Overdue" in client.get("/compliance/subjects/").text
    client.post(f"{made['Location']}records/", {"subject": [f"contact:{wilma.pk}", f"lead:{lead.pk}"]})
    assert len(SubjectRequest.objects.get().subjects) == 2
    client.post(f"{made['Location']}complete/")
    assert SubjectRequest.objects.get().state == "done"
    assert sign_in(owner).get("/compliance/subjects/").status_code == 403


def test_the_api(api, superadmin, wilma):
    door, pair = api(superadmin), ["contact", str(wilma.pk)]
    made = door.post("compliance/subject-requests", {"kind": "access", "person": EMAIL, "subjects": [pair]})
    assert made.status_code == 201 and made.json()["subjects"] == [pair]
    address = f"compliance/subject-requests/{made.json()['id']}"
    assert door.patch(address, {"person": "x"}).status_code == 422
    assert door.patch(address, {"subjects": []}).json()["subjects"] == []
    assert door.post(f"{address}/refuse", {"reason": "no proof"}).json()["state"] == "refused"
    assert door.post(f"{address}/complete").status_code == 409
