"""A stranger opens the form, fills it in, and is a lead of the form's team."""

import pytest

from auditlog.models import AuditEvent
from crm.capture import services
from crm.capture.models import State, Submission
from crm.capture.tests.conftest import ADA, stamp_of, text
from crm.notices.models import Notification
from crm.outbox.models import Delivery
from crm.webhooks.services import webhook_create
from customers.models import Consent, CustomField, Lead

pytestmark = pytest.mark.django_db


def test_the_page_asks_what_its_source_names_and_sets_no_cookie(form, stranger):
    shown = stranger.get(f"/forms/{form(intro='We call back.').token}/")
    page = text(shown)
    assert shown.status_code == 200 and not shown.cookies
    assert "We call back." in page and "Your surname" in page and 'name="email"' in page
    assert 'name="company_name"' not in page and "csrf" not in page and "<script" not in page
    assert shown.headers["X-Robots-Tag"] == "noindex" and shown.headers["Cache-Control"] == "no-store"


def test_whoever_fills_it_in_is_a_lead_of_its_team(form, fill, north):
    source = form(source="campaign")
    answer = fill(source, description="Two\r\nlines & <b>more</b>")
    lead = Lead.objects.get()
    assert answer.status_code == 302 and answer.url == f"/forms/{source.token}/thanks/" and not answer.cookies
    assert (lead.first_name, lead.last_name, lead.email) == ("Ada", "Byron", "ada@engines.example")
    assert (lead.team, lead.owner, lead.source) == (north, None, "campaign")
    assert lead.description == "Two\r\nlines & <b>more</b>"
    kept = Submission.objects.get()
    assert (kept.state, kept.lead, kept.lead_source) == (State.ACCEPTED, lead, source)
    source.refresh_from_db()
    assert source.received == 1 and source.last_received_at


def test_it_thanks_in_its_own_words(form, stranger):
    page = stranger.get(f"/forms/{form(thanks='See you at the fair.').token}/thanks/")
    assert "See you at the fair." in text(page) and not page.cookies


def test_it_leads_on_where_the_team_wants_and_browsers_let_it(form, fill, stranger):
    source = form(redirect_url="https://www.example.com/thanks?x=1")
    assert fill(source).url == "https://www.example.com/thanks?x=1"
    policy = stranger.get(f"/forms/{source.token}/").headers["Content-Security-Policy"]
    assert "form-action 'self' https://www.example.com" in policy


def test_its_owner_is_told_and_others_are_not(form, fill, owner, teammate):
    fill(form(owner=owner))
    assert Lead.objects.get().owner == owner
    [told] = Notification.objects.all()
    assert told.recipient == owner and told.kind == "assignment" and "Ada Byron" in told.title


def test_a_lead_is_worth_more_than_an_owner_who_left(form, fill, owner):
    source = form(owner=owner)
    owner.is_active = False
    owner.save()
    assert fill(source).status_code == 302 and Lead.objects.get().owner is None


def test_the_trail_names_the_form_and_where_it_was_sent_from(form, fill):
    fill(form(), headers={"User-Agent": "Browser/1"})
    event = AuditEvent.objects.get(action="leads.created")
    assert (event.actor_label, event.actor_kind, event.actor_id) == ("lead source Ask us", "system", None)
    assert (event.door, event.address, event.agent) == ("page", "127.0.0.1", "Browser/1")


def test_endpoints_elsewhere_hear_of_it_as_of_any_lead(form, fill, actor):
    webhook_create(actor, url="https://hooks.example.com/in", events=["lead.created"])
    fill(form())
    assert Delivery.objects.get(kind="webhook").subject == "lead.created"


def test_consent_is_kept_with_the_words_that_were_shown(form, fill, stranger):
    source = form(consent_text="Write to me about news.", consent_channel="email")
    assert "Write to me about news." in text(stranger.get(f"/forms/{source.token}/"))
    fill(source, consent="on")
    kept = Consent.objects.get()
    assert (kept.lead, kept.channel, kept.status, kept.lawful_basis) == (
        Lead.objects.get(),
        "email",
        "granted",
        "consent",
    )
    assert kept.source == "Ask us" and "Write to me about news." in kept.evidence and kept.text_version == "1"


def test_without_a_tick_nobody_agreed(form, fill):
    fill(form(consent_text="Write to me."))
    assert Lead.objects.exists() and not Consent.objects.exists()


def test_a_tick_that_nobody_asked_for_is_no_consent(form, fill):
    fill(form(), consent="on")
    assert Lead.objects.exists() and not Consent.objects.exists()


def test_where_consent_is_needed_nothing_goes_without_it(form, fill):
    answer = fill(form(consent_text="Keep my data.", consent_required=True))
    assert answer.status_code == 422 and not Lead.objects.exists()


def test_custom_fields_of_every_kind_are_asked(form, fill, stranger):
    kinds = {"size": "number", "since": "date", "seats": "choice", "tools": "multi_choice", "vip": "boolean"}
    for key, kind in kinds.items():
        words = ("few", "many") if "choice" in kind else ()
        choices = [{"key": one, "label": one.upper(), "tone": 1, "retired": False} for one in words]
        CustomField.objects.create(holder="lead", key=key, label=key.title(), type=kind, choices=choices)
    source = form(mapping=[{"field": "email"}, *({"field": f"custom_fields.{key}"} for key in kinds)])
    page = text(stranger.get(f"/forms/{source.token}/"))
    assert "Since" in page and "MANY" in page
    given = {"size": "12.5", "since": "2026-03-01", "seats": "few", "tools": ["few", "many"], "vip": "True"}
    answer = fill(source, {"email": "a@b.example", **{f"custom_fields.{key}": one for key, one in given.items()}})
    assert answer.status_code == 302, Submission.objects.get().reasons
    kept = Lead.objects.get().custom_fields
    assert kept == {"size": 12.5, "since": "2026-03-01", "seats": "few", "tools": ["few", "many"], "vip": True}


def test_a_double_click_is_one_lead_and_a_second_message_another(form, stranger):
    source = form()
    body = {"stamp": stamp_of(source), **ADA}
    for sent in (body, body, {**body, "description": "One more thing"}):
        assert stranger.post(f"/forms/{source.token}/", sent).status_code == 302
    assert Lead.objects.count() == 2


def test_what_looks_the_same_is_noted_and_becomes_a_lead_all_the_same(form, fill, north):
    Lead.objects.create(last_name="Byron", email="ada@engines.example", team=north).save()
    fill(form())
    assert Submission.objects.get().alike == 1 and Lead.objects.count() == 2


def test_a_form_that_is_off_says_so(form, fill, actor, stranger):
    source = services.lead_source_update(actor, form().pk, is_active=False)
    for answer in (stranger.get(f"/forms/{source.token}/"), fill(source)):
        assert answer.status_code == 410 and "closed" in text(answer)
    assert not Submission.objects.exists()


def test_who_is_signed_in_fills_it_in_as_anybody_does(form, sign_in, outsider):
    source = form()
    client = sign_in(outsider)
    assert client.get(f"/forms/{source.token}/").status_code == 200
    client.post(f"/forms/{source.token}/", {"stamp": stamp_of(source), **ADA})
    assert AuditEvent.objects.get(action="leads.created").actor_id is None
