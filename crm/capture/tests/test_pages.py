"""The pages under Settings, and the API: make one of either kind, see it in the list, change it, rotate, delete."""

import pytest
from django.urls import reverse

from crm.capture.models import LeadSource, Submission
from crm.capture.tests.conftest import text
from customers.models import Lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sign_in, admin):
    return sign_in(admin)


def at(name, *args):
    return reverse(f"capture:{name}", args=args)


def answers(team, kind="form"):
    part = "path" if kind == "webhook" else "label"
    own = {"kind": kind, "name": "Ask us", "team": str(team.pk), "source": "web_site", "is_active": "on"}
    asked = {"ask:email": "required", "ask:last_name": "asked", f"{part}:last_name": "Surname"}
    return {**own, **asked, "consent_channel": "email", "allowed_origins": "https://www.example.com\nhttps://b.example"}


def test_a_form_is_made_and_leads_to_its_page(client, north):
    assert client.get(at("create")).status_code == 200
    answer = client.post(at("create"), answers(north))
    source = LeadSource.objects.get()
    assert answer.status_code == 302 and answer.url == at("detail", source.pk)
    assert source.mapping == [
        {"field": "last_name", "label": "Surname", "required": False, "path": ""},
        {"field": "email", "label": "", "required": True, "path": ""},
    ]
    assert source.allowed_origins == ["https://b.example", "https://www.example.com"] and source.owner is None
    assert f"/forms/{source.token}/" in text(client.get(at("detail", source.pk)))
    assert "Ask us" in text(client.get(at("list")))


def test_a_webhook_is_made_and_its_secret_shown_once(client, north):
    assert "Path" in text(client.get(f"{at('create')}?kind=webhook"))
    answer = client.post(at("create"), answers(north, "webhook"))
    source = LeadSource.objects.get()
    assert source.secret in text(answer) and answer.headers["Cache-Control"] == "no-store"
    assert source.mapping[0] == {"field": "last_name", "label": "", "required": False, "path": "Surname"}
    for page in (at("list"), at("detail", source.pk), at("edit", source.pk)):
        assert source.secret not in text(client.get(page))
    rotated = client.post(at("rotate", source.pk), {"overlap_hours": 1})
    source.refresh_from_db()
    assert source.secret in text(rotated)


def test_a_refusal_loses_nothing_typed(client, north):
    answer = client.post(at("create"), {**answers(north), "ask:email": "", "ask:last_name": "", "ask:phone": "asked"})
    assert answer.status_code == 422 and "Surname" in text(answer) and not LeadSource.objects.exists()
    assert "Ask for a name" in text(answer)


def test_an_edit_keeps_the_order_that_a_program_gave(client, form):
    source = form(mapping=[{"field": "phone"}, {"field": "email", "label": "Mail"}])
    page = client.get(at("edit", source.pk))
    assert [row["name"] for row in page.context["form"].rows()][:2] == ["phone", "email"]
    body = {
        "name": "New name",
        "source": "event",
        "is_active": "on",
        "consent_channel": "email",
        "ask:phone": "required",
    }
    body |= {"ask:email": "asked", "label:email": "Mail", "version": source.version}
    assert client.post(at("edit", source.pk), body).status_code == 302
    source.refresh_from_db()
    assert [(one["field"], one["required"]) for one in source.mapping] == [("phone", True), ("email", False)]
    assert source.name == "New name" and source.mapping[1]["label"] == "Mail"


def test_a_double_submit_makes_one(client, north):
    page = client.get(at("create"))
    body = {**answers(north), "submission": str(page.context["form"].initial["submission"])}
    assert client.post(at("create"), body).url == client.post(at("create"), body).url
    assert LeadSource.objects.count() == 1


def test_submissions_are_listed_by_state(client, form, fill):
    source = form()
    fill(source)
    fill(source, email="wrong")
    page = text(client.get(at("detail", source.pk)))
    assert "Ada Byron" in page and "Waits for mending" in page and "2 submissions" in page
    assert "1 submission" in text(client.get(at("detail", source.pk), {"state": "refused"}))
    accepted = Submission.objects.get(state="accepted")
    shown = text(client.get(at("submission", source.pk, accepted.pk)))
    assert f"/leads/{Lead.objects.get().pk}/" in shown and "Make it a lead" not in shown


def test_one_that_waits_is_dismissed(client, form, fill):
    source = form()
    fill(source, email="wrong")
    kept = Submission.objects.get()
    assert client.post(at("dismiss", source.pk, kept.pk), follow=True).status_code == 200
    again = client.post(at("dismiss", source.pk, kept.pk), follow=True)
    assert "was dismissed, before" in text(again)


def test_it_is_deleted(client, form):
    source = form()
    assert client.get(at("delete", source.pk)).status_code == 200
    client.post(at("delete", source.pk))
    assert not LeadSource.objects.exists()


def test_an_old_sign_in_is_asked_for_the_password_first(sign_in_long_ago, admin, form):
    client = sign_in_long_ago(admin)
    for page in (at("create"), at("edit", form().pk)):
        assert client.get(page).url.startswith("/accounts/reauthenticate/")


def test_a_program_goes_the_whole_way(api, admin):
    made = api(admin).post("lead-sources", {"name": "App", "kind": "webhook", "mapping": [{"field": "email"}]})
    shown = made.json()
    path = f"lead-sources/{shown['id']}"
    assert made.status_code == 201 and shown["secret"].startswith("whsec_") and "/hooks/" in shown["address"]
    assert "secret" not in api(admin).get(path).json()
    changed = api(admin).patch(path, {"name": "New", "mapping": [{"field": "last_name", "required": True}]})
    assert changed.json()["name"] == "New" and changed.json()["mapping"][0]["required"] is True
    assert api(admin).patch(path, {"kind": "form"}).status_code == 422
    assert api(admin).post(f"{path}/rotate", {"overlap_hours": 0}).json()["secret"] != shown["secret"]
    assert api(admin).get("lead-sources", {"kind": "webhook"}).json()["results"][0]["id"] == shown["id"]
    assert api(admin).delete(path).status_code == 204
    form = api(admin).post("lead-sources", {"name": "Form"}).json()
    assert form["secret"] == "" and "/forms/" in form["address"] and form["kind"] == "form"
