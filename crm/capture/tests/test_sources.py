"""Making and changing a lead source: what it may ask, where it may lead, and whose its leads may be."""

import pytest

from auditlog.models import AuditEvent
from crm.capture import services
from crm.capture.errors import NoSecret, SubmissionsWaiting
from crm.capture.models import LeadSource, State, Submission
from crm.core.errors import Forbidden, Invalid
from customers.models import CustomField, Lead

pytestmark = pytest.mark.django_db


def refusal(make, **values):
    with pytest.raises(Invalid) as refused:
        make(**values)
    return refused.value.details[0]["field"], refused.value.details[0]["code"]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ([], "invalid"),
        ("email", "invalid"),
        ([{"field": "email"}, {"field": "email"}], "repeated"),
        ([{"field": "phone"}], "required"),
        ([{"field": "owner"}], "unknown_field"),
        ([{"field": "score"}], "unknown_field"),
        ([{"field": "custom_fields.nothing"}], "unknown_field"),
        ([{"field": "consent"}, {"field": "email"}], "unknown_field"),
        ([{"field": "email", "required": "yes"}], "invalid"),
        ([{"field": "email", "label": "two\nlines"}], "invalid"),
        ([{"field": "email", "colour": "teal"}], "invalid"),
        ([7], "invalid"),
    ],
)
def test_a_mapping_makes_sense(form, mapping, said):
    assert refusal(form, mapping=mapping) == ("mapping", said)
    assert not LeadSource.objects.exists()


def test_what_others_may_not_see_is_not_asked_of_strangers(form):
    CustomField.objects.create(holder="lead", key="boss", label="Boss", type="user")
    CustomField.objects.create(holder="lead", key="iban", label="IBAN", type="text", sensitive="billing")
    for key in ("boss", "iban"):
        mapping = [{"field": "email"}, {"field": f"custom_fields.{key}"}]
        assert refusal(form, mapping=mapping) == ("mapping", "unknown_field")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user:pw@x.example",
        "https://",
        "//x.example\\@y",
        "ftp://x.example",
    ],
)
def test_where_it_leads_on_is_a_plain_web_address(form, url):
    with pytest.raises(Invalid):
        form(redirect_url=url)


def test_an_owner_works_in_its_team(form, outsider):
    assert refusal(form, owner=outsider) == ("owner", "unknown_reference")


def test_who_may_make_no_leads_opens_no_door_for_them(make_user, north, as_actor):
    role = make_user("r@north.example", role="admin", teams=(north,)).role
    role.pk, role.name = None, "hooks"
    role.grants = {"webhooks:read": "team", "webhooks:write": "team"}
    role._state.adding = True
    role.save()
    person = make_user("h@north.example", role="hooks", teams=(north,))
    with pytest.raises(Forbidden):
        services.lead_source_create(as_actor(person), name="Mine")
    assert not LeadSource.objects.exists()


def test_who_lacks_the_right_makes_none(owner, as_actor):
    with pytest.raises(Forbidden):
        services.lead_source_create(as_actor(owner), name="Mine")


def test_only_an_inbound_webhook_has_a_secret(form, hook, actor):
    _source, secret = hook()
    assert secret.startswith("whsec_") and form().secret == ""
    with pytest.raises(NoSecret):
        services.lead_source_rotate(actor, form().pk)


def test_each_change_is_in_the_trail_without_its_address(form, actor):
    source = services.lead_source_update(actor, form().pk, thanks="Thank you!")
    events = AuditEvent.objects.filter(object_id=str(source.pk))
    assert set(events.values_list("action", flat=True)) == {"lead_sources.created", "lead_sources.updated"}
    assert not [one for one in events if source.token in one.changes]


def test_an_address_cannot_be_guessed_and_is_no_others(form):
    tokens = {form(name=f"Form {number}").token for number in range(5)}
    assert len(tokens) == 5 and min(map(len, tokens)) >= 32


def test_it_is_not_deleted_while_somebody_waits(form, fill, actor):
    source = form()
    fill(source)
    fill(source, email="wrong")
    with pytest.raises(SubmissionsWaiting):
        services.lead_source_delete(actor, source.pk)
    Submission.objects.filter(state=State.REFUSED).update(state=State.DISMISSED)
    services.lead_source_delete(actor, source.pk)
    assert not Submission.objects.exists() and Lead.objects.count() == 1


def test_its_kind_and_team_stay(form, actor, south):
    for values in ({"kind": "webhook"}, {"team": south}, {"token": "short"}):
        assert (
            refusal(lambda **given: services.lead_source_update(actor, form().pk, **given), **values)[1]
            == "unknown_field"
        )
