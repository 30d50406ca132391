"""A program posts leads, signed: what is taken, what is kept, what is turned away, and a secret that is rotated."""

from datetime import timedelta

import pytest
from django.utils import timezone

from auditlog.models import AuditEvent
from crm.capture import services
from crm.capture.models import LeadSource, State, Submission
from crm.capture.tests.conftest import ADA
from customers.models import Consent, CustomField, Lead

pytestmark = pytest.mark.django_db
NESTED = [
    {"field": "email", "path": "contact.email", "required": True},
    {"field": "last_name", "path": "contact.names.0"},
    {"field": "phone", "path": "contact.phone"},
    {"field": "employees", "path": "company.size"},
    {"field": "consent", "path": "agreed"},
]


def code(answer):
    return answer.json()["error"]["code"]


def test_a_signed_lead_is_taken(hook, post, north):
    source, secret = hook()
    answer = post(source, secret, ADA)
    lead = Lead.objects.get()
    assert answer.status_code == 200 and answer.json()["state"] == "accepted" and not answer.cookies
    assert (lead.email, lead.team, lead.source) == ("ada@engines.example", north, "event")
    event = AuditEvent.objects.get(action="leads.created")
    assert (event.actor_label, event.door) == ("lead source Fair app", "api")


def test_an_address_without_its_slash_loses_nothing(hook, post):
    source, secret = hook()
    assert post(source, secret, ADA, slash="").json()["state"] == "accepted"
    assert Lead.objects.get().email == "ada@engines.example"


def test_a_path_leads_to_each_field(hook, post):
    source, secret = hook(mapping=NESTED, consent_text="News by mail")
    content = {
        "contact": {"email": "ada@engines.example", "names": ["Byron", "King"], "phone": 493012345678},
        "company": {"size": 12, "name": "ignored"},
        "agreed": True,
    }
    assert post(source, secret, {**content, "contact": {**content["contact"], "phone": "+49 30 12345678"}}).json()
    lead = Lead.objects.get()
    assert (lead.last_name, lead.employees, lead.phone) == ("Byron", 12, "+493012345678")
    assert Consent.objects.get().lead == lead


def test_a_key_with_dots_in_it_is_found_as_it_is_written(hook, post):
    source, secret = hook(mapping=[{"field": "email", "path": "contact.email"}])
    post(source, secret, {"contact.email": "ada@engines.example"})
    assert Lead.objects.get().email == "ada@engines.example"


def test_what_does_not_fit_is_kept_with_reasons(hook, post):
    source, secret = hook()
    answer = post(source, secret, {"first_name": ["a list"], "email": "wrong", "colour": "teal", "n": 1.10})
    kept = Submission.objects.get()
    assert answer.status_code == 202 and answer.json()["state"] == "refused" and answer.json()["id"] == str(kept.pk)
    assert {one["field"] for one in answer.json()["reasons"]} == {"first_name", "email"} and not Lead.objects.exists()
    assert kept.body == '{"first_name": ["a list"], "email": "wrong", "colour": "teal", "n": 1.1}'


@pytest.mark.parametrize(
    ("value", "kept"), [("yes", True), ("0", False), (True, True), (False, False), (None, None), ("", None)]
)
def test_yes_and_no_come_as_programs_write_them(hook, post, value, kept):
    CustomField.objects.create(holder="lead", key="vip", label="VIP", type="boolean")
    source, secret = hook(mapping=[{"field": "email"}, {"field": "custom_fields.vip"}])
    assert post(source, secret, {"email": "a@b.example", "custom_fields.vip": value}).status_code == 200
    assert Lead.objects.get().custom_fields.get("vip") is kept


def test_the_same_id_again_has_no_effect_and_the_same_answer(hook, post):
    source, secret = hook()
    first, second = (post(source, secret, ADA) for _ in range(2))
    assert first.json() == second.json() and first.status_code == second.status_code == 200
    other = post(source, secret, {**ADA, "email": "wrong"}, id="msg_2")
    again = post(source, secret, {**ADA, "email": "wrong"}, id="msg_2")
    assert other.status_code == again.status_code == 202 and other.json() == again.json()
    assert Lead.objects.count() == 1 and Submission.objects.count() == 2
    source.refresh_from_db()
    assert source.received == 2


REFUSALS = (
    ("unsigned", 401, "missing_signature"),
    ("wrong secret", 401, "invalid_signature"),
    ("another id", 401, "invalid_signature"),
    ("another body", 401, "invalid_signature"),
    ("old", 401, "stale_signature"),
    ("from the future", 401, "stale_signature"),
    ("no number", 401, "stale_signature"),
    ("not json", 400, "not_json"),
    ("a list", 400, "not_json"),
    ("not a number", 400, "not_json"),
    ("too deep", 400, "not_json"),
    ("too large", 413, "too_large"),
)


@pytest.mark.parametrize(("how", "status", "said"), REFUSALS)
def test_what_is_turned_away_at_the_door(hook, post, stranger, how, status, said):
    source, secret = hook()
    other = "whsec_" + "A" * 43 + "="
    now = timezone.now()
    answer = {
        "unsigned": lambda: stranger.post(f"/hooks/{source.token}/", "{}", content_type="application/json"),
        "wrong secret": lambda: post(source, other, ADA),
        "another id": lambda: post(source, secret, ADA, **{"webhook-id": "msg_other"}),
        "another body": lambda: post(source, secret, ADA, **{"webhook-signature": "v1,AAAA v2,x nonsense"}),
        "old": lambda: post(source, secret, ADA, at=now - timedelta(minutes=6)),
        "from the future": lambda: post(source, secret, ADA, at=now + timedelta(minutes=6)),
        "no number": lambda: post(source, secret, ADA, **{"webhook-timestamp": "yesterday"}),
        "not json": lambda: post(source, secret, "email=ada"),
        "a list": lambda: post(source, secret, "[]"),
        "not a number": lambda: post(source, secret, '{"employees": NaN}'),
        "too deep": lambda: post(source, secret, '{"a":' * 20_000 + "1" + "}" * 20_000),
        "too large": lambda: post(source, secret, {"description": "x" * 300_000}),
    }[how]()
    assert (answer.status_code, code(answer)) == (status, said)
    source.refresh_from_db()
    assert source.last_refusal == said and source.last_refused_at and source.received == 0
    assert not Lead.objects.exists() and not Submission.objects.exists()


def test_an_unknown_address_and_one_that_is_off(hook, post, actor, stranger, form):
    source, secret = hook()
    answer = stranger.post("/hooks/nobody/", "{}", content_type="application/json")
    assert (answer.status_code, code(answer)) == (404, "not_found")
    assert stranger.get(f"/forms/{source.token}/").status_code == 404, "a webhook has no page"
    web = form()
    assert stranger.post(f"/hooks/{web.token}/", "{}", content_type="application/json").status_code == 404
    services.lead_source_update(actor, source.pk, is_active=False)
    answer = post(source, secret, ADA)
    assert (answer.status_code, code(answer)) == (410, "lead_source_off")


def test_a_rotated_secret_is_accepted_beside_the_new_one_for_a_while(hook, post, actor):
    source, old = hook()
    source, new = services.lead_source_rotate(actor, source.pk, overlap_hours=24)
    assert post(source, old, ADA).status_code == post(source, new, ADA, id="msg_2").status_code == 200
    LeadSource.objects.update(previous_secret_until=timezone.now() - timedelta(seconds=1))
    assert post(source, old, ADA, id="msg_3").status_code == 401
    services.lead_source_rotate(actor, source.pk, overlap_hours=0)
    assert post(source, new, ADA, id="msg_4").status_code == 401


def test_secrets_are_in_no_trail_and_no_log(hook, post, actor, capfd):
    source, first = hook()
    source, second = services.lead_source_rotate(actor, source.pk)
    post(source, first, ADA)
    post(source, "whsec_" + "A" * 43 + "=", ADA)
    said = "".join(f"{one.changes}{one.object_label}" for one in AuditEvent.objects.all()) + "".join(capfd.readouterr())
    for secret in (first, second, source.token):
        assert secret.removeprefix("whsec_") not in said


def test_the_state_of_what_waits_is_told_after_it_was_mended(hook, post):
    source, secret = hook()
    post(source, secret, {"email": "wrong"})
    Submission.objects.update(state=State.DISMISSED)
    assert post(source, secret, {"email": "wrong"}).json()["state"] == "dismissed"
