"""Activities: planned, logged, completed and reopened, through API, pages and the composer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from customers.models import Customer, Note
from deals import services
from deals.models import Activity, Deal

pytestmark = pytest.mark.django_db


def test_an_activity_marks_its_subjects_as_worked_on_without_a_new_version(call, deal, acme):
    deal.refresh_from_db()
    acme.refresh_from_db()
    assert (deal.last_activity_at is not None, deal.version) == (True, 1)
    assert (acme.last_activity_at is not None, acme.version) == (True, 1)


@pytest.mark.parametrize(("kind", "status"), [("call", "held"), ("meeting", "held"), ("task", "completed")])
def test_completing_says_when_and_reopening_forgets_it(kind, status, owner, deal):
    actor = actor_for(owner)
    activity = services.activity_create(actor, type=kind, subject="Do it", deal=deal)
    done = services.activity_complete(actor, activity.pk)
    assert (done.status, done.completed_at is not None) == (status, True)
    again = services.activity_reopen(actor, activity.pk)
    assert (again.status, again.completed_at) == ("planned", None)


def test_the_moment_follows_the_status_whatever_door_sets_it(api, owner, call):
    body = api(owner).patch(f"activities/{call.pk}", {"status": "held"}).json()
    assert body["completed_at"] is not None
    assert api(owner).patch(f"activities/{call.pk}", {"status": "deferred"}).json()["completed_at"] is None
    assert api(owner).post(f"activities/{call.pk}/complete").json()["status"] == "held"


ACTS = ("complete", "reopen", "archive", "delete")


def test_an_outsider_sees_and_changes_nothing(api, sign_in, outsider, call):
    client = api(outsider)
    answers = [
        client.get(f"activities/{call.pk}"),
        client.patch(f"activities/{call.pk}", {"subject": "Mine"}),
        client.post(f"activities/{call.pk}/complete"),
        client.delete(f"activities/{call.pk}"),
        *(sign_in(outsider).get(f"/activities/{call.pk}/{page}") for page in ("", "edit/")),
        *(
            sign_in(outsider).post(f"/activities/{call.pk}/{act}/")
            for act in ("complete", "reopen", "archive", "delete")
        ),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert client.get("activities").json()["results"] == []
    assert Activity.objects.get().version == 1


def test_a_subject_or_guest_of_another_team_is_refused(api, owner, deal, stranger):
    body = {"type": "call", "subject": "Ring"}
    assert api(owner).post("activities", {**body, "contact": str(stranger.pk)}).status_code == 422
    assert api(owner).post("activities", {**body, "attendees": [str(stranger.pk)]}).status_code == 422
    assert not Activity.objects.exists()


def test_an_activity_goes_to_the_team_of_its_subject(make_user, north, south, acme):
    manager = make_user("both@vouch.example", role="sales_manager", teams=(south, north))
    activity = services.activity_create(actor_for(manager), type="task", subject="Look", customer=acme)
    assert activity.team == north


STATES = [("open", {"Late", "Soon"}), ("overdue", {"Late"}), ("done", {"Held"})]


@pytest.mark.parametrize(("state", "subjects"), STATES)
def test_the_tabs_show_what_is_open_late_and_done(state, subjects, sign_in, owner, deal):
    actor, now = actor_for(owner), timezone.now()
    services.activity_create(actor, type="task", subject="Late", due_at=now - timedelta(days=1))
    services.activity_create(actor, type="task", subject="Soon", due_at=now + timedelta(days=1))
    services.activity_create(actor, type="call", subject="Held", status="held")
    page = sign_in(owner).get(f"/activities/?state={state}")
    assert {row.subject for row in page.context["page"].rows} == subjects


def test_completing_from_a_list_goes_back_there_with_an_undo(sign_in, owner, call):
    client = sign_in(owner)
    answer = client.post(f"/activities/{call.pk}/complete/", {"next": "/activities/?state=overdue"})
    assert answer.url == "/activities/?state=overdue"
    assert f"/activities/{call.pk}/reopen/".encode() in client.get("/activities/").content
    elsewhere = client.post(f"/activities/{call.pk}/reopen/", {"next": "https://elsewhere.example/"})
    assert elsewhere.url == "/activities/"


@pytest.mark.parametrize("path", ["/activities/", "/activities/new/", "/activities/{pk}/", "/activities/{pk}/edit/"])
def test_the_pages_open_for_the_team(path, sign_in, teammate, call):
    assert sign_in(teammate).get(path.format(pk=call.pk)).status_code == 200


COMPOSED = [
    ({"kind": "call", "body": "Rang Ann\nShe likes it"}, ("call", "held", "Rang Ann")),
    ({"kind": "email", "body": "Sent the offer"}, ("email", "held", "Sent the offer")),
    ({"kind": "task", "body": "Send it"}, ("task", "planned", "Send it")),
    ({"kind": "meeting", "body": "Demo", "due_at": "2099-05-01T10:00"}, ("meeting", "planned", "Demo")),
]


@pytest.mark.parametrize(("form", "expected"), COMPOSED)
def test_the_composer_logs_what_happened_and_plans_what_will(form, expected, sign_in, owner, deal):
    answer = sign_in(owner).post(f"/compose/deal/{deal.pk}/", form, headers={"HX-Request": "true"})
    activity = Activity.objects.get()
    assert (answer.status_code, activity.deal) == (200, deal)
    assert (activity.type, activity.status, activity.subject) == expected
    assert b"timeline-entry" in answer.content and answer["HX-Trigger"] == "activity-logged"


def test_the_composer_writes_notes_too(sign_in, owner, deal):
    sign_in(owner).post(f"/compose/deal/{deal.pk}/", {"kind": "note", "body": "They like it"})
    assert Note.objects.get().deal == deal


@pytest.mark.parametrize(
    "form",
    [{"kind": "call", "body": " "}, {"kind": "song", "body": "La"}, {"kind": "task", "body": "x", "due_at": "soon"}],
)
def test_the_composer_keeps_what_was_typed_when_it_refuses(form, sign_in, owner, deal):
    answer = sign_in(owner).post(f"/compose/deal/{deal.pk}/", form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#composer")
    assert not Activity.objects.exists()


@pytest.mark.parametrize("subject", ["deal", "customer"])
def test_an_outsider_composes_nothing(subject, sign_in, outsider, deal):
    pk = deal.pk if subject == "deal" else deal.customer_id
    assert sign_in(outsider).post(f"/compose/{subject}/{pk}/", {"kind": "call", "body": "Hi"}).status_code == 404
    assert not Activity.objects.exists()
    assert Deal.objects.get().last_activity_at is None and Customer.objects.get().last_activity_at is None
