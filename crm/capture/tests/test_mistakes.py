"""What could not become a lead is kept, shown with its reasons, and made one by hand."""

import json

import pytest

from crm.capture.errors import NotWaiting
from crm.capture.mending import submission_accept, submission_dismiss
from crm.capture.models import State, Submission
from crm.capture.tests.conftest import text
from customers.models import Consent, Lead

pytestmark = pytest.mark.django_db
WRONG = {"first_name": "Ada", "email": "ada at engines", "phone": "12"}


def test_each_mistake_stands_at_its_field_and_nothing_typed_is_lost(form, fill):
    answer = fill(form(), WRONG)
    page = text(answer)
    assert answer.status_code == 422 and "ada at engines" in page and 'value="Ada"' in page
    assert "valid email" in page and "not a phone number" in page and not answer.cookies


def test_it_is_kept_as_it_was_typed_and_waits(form, fill):
    fill(form(), {**WRONG, "email": " ada at engines\u202e "})
    kept = Submission.objects.get()
    assert kept.state == State.REFUSED and {one["field"] for one in kept.reasons} == {"email", "phone"}
    assert kept.content["email"] == [" ada at engines\u202e "]
    assert not Lead.objects.exists()


def test_who_mends_it_at_once_leaves_nothing_that_waits(form, fill):
    source = form()
    fill(source, WRONG, nonce="visit")
    fill(source, {**WRONG, "phone": ""}, nonce="visit")
    assert list(Submission.objects.filter(state=State.REFUSED).values_list("reasons__0__field", flat=True)) == ["email"]
    fill(source, {"first_name": "Ada", "email": "ada@engines.example"}, nonce="visit")
    states = list(Submission.objects.order_by("created_at").values_list("state", flat=True))
    assert states == [State.MENDED, State.MENDED, State.ACCEPTED]
    assert set(Submission.objects.values_list("lead", flat=True)) == {Lead.objects.get().pk}


def test_the_page_shows_what_came_and_why_it_is_no_lead(form, fill, sign_in, admin):
    source = form()
    fill(source, WRONG, description="<script>alert(1)</script>", utm_campaign="spring")
    kept = Submission.objects.get()
    page = text(sign_in(admin).get(f"/settings/lead-sources/{source.pk}/submissions/{kept.pk}/"))
    assert "ada at engines" in page and "valid email" in page and "spring" in page
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page


def test_it_is_made_a_lead_by_hand(form, fill, sign_in, admin, owner):
    source = form(owner=owner, source="event", consent_text="Write to me.")
    fill(source, WRONG, consent="on")
    kept = Submission.objects.get()
    client, path = sign_in(admin), f"/settings/lead-sources/{source.pk}/submissions/{kept.pk}/accept/"
    page = client.get(path)
    first = page.context["form"].initial
    assert (first["email"], first["first_name"], first["source"]) == ("ada at engines", "Ada", "event")
    body = {"first_name": "Ada", "email": "ada@engines.example", "owner": str(owner.pk), "status": "new", "score": "0"}
    body |= {"source": "event", "submission": str(first["submission"])}
    answer = client.post(path, body)
    lead = Lead.objects.get()
    assert answer.status_code == 302 and answer.url == f"/leads/{lead.pk}/"
    assert (lead.email, lead.owner, lead.team) == ("ada@engines.example", owner, source.team)
    kept.refresh_from_db()
    assert (kept.state, kept.lead) == (State.ACCEPTED, lead)
    assert Consent.objects.get().lead == lead and Consent.objects.get().at == kept.created_at
    assert client.get(path).status_code == 409


def test_a_mistake_in_mending_keeps_it_waiting(form, fill, sign_in, admin):
    source = form()
    fill(source, WRONG)
    kept = Submission.objects.get()
    path = f"/settings/lead-sources/{source.pk}/submissions/{kept.pk}/accept/"
    answer = sign_in(admin).post(path, {"email": "still wrong", "status": "new", "score": "0"})
    kept.refresh_from_db()
    assert answer.status_code == 422 and "still wrong" in text(answer) and kept.state == State.REFUSED


def test_it_is_decided_once(form, fill, actor):
    fill(form(), WRONG)
    kept = Submission.objects.get()
    submission_dismiss(actor, kept.pk)
    for again in (submission_dismiss, submission_accept):
        with pytest.raises(NotWaiting):
            again(actor, kept.pk)
    assert not Lead.objects.exists()


def test_a_program_mends_it(form, fill, api, admin):
    source = form()
    fill(source, WRONG)
    path = f"lead-sources/{source.pk}/submissions"
    [row] = api(admin).get(path, {"state": "refused"}).json()["results"]
    assert json.loads(row["body"])["email"] == ["ada at engines"]
    made = api(admin).post(f"{path}/{row['id']}/accept", {"email": "ada@engines.example"})
    assert made.status_code == 201 and made.json()["email"] == "ada@engines.example"
    assert api(admin).post(f"{path}/{row['id']}/dismiss").json()["error"]["code"] == "not_waiting"


def test_what_nobody_foresaw_loses_nothing_either(form, fill, monkeypatch):
    def broken(*args, **values):
        raise ZeroDivisionError

    monkeypatch.setattr("crm.capture.receiving.lead_create", broken)
    answer = fill(form())
    kept = Submission.objects.get()
    assert answer.status_code == 422 and kept.state == State.REFUSED and kept.reasons[0]["code"] == "internal_error"
    assert kept.content["email"] == ["ada@engines.example"]
