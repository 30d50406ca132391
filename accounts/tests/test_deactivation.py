"""Who is deactivated is out with the next request, through every door; nothing comes back by itself."""

import pytest

from accounts import administration, hand_over
from accounts.models import TokenFamily
from accounts.tests.oauth_flow import tokens_for
from auditlog.models import AuditEvent, SecurityEvent
from crm.core.errors import Conflict, Forbidden, NotFound
from customers.models import Customer

pytestmark = pytest.mark.django_db


def test_session_and_token_end_at_once(sign_in, client, as_actor, superadmin, owner, native):
    browser = sign_in(owner)
    bearer = {"Authorization": f"Bearer {tokens_for(browser, native)['access_token']}"}
    assert client.get("/api/v1/me", headers=bearer).status_code == 200
    administration.user_deactivate(as_actor(superadmin), owner.pk)
    assert browser.get("/").status_code == 302
    assert client.get("/api/v1/me", headers=bearer).status_code == 401
    assert TokenFamily.objects.get().revoked_reason == "deactivated"


def test_nothing_that_was_ended_comes_back_with_the_person(sign_in, client, as_actor, superadmin, owner, native):
    browser, actor = sign_in(owner), as_actor(superadmin)
    bearer = {"Authorization": f"Bearer {tokens_for(browser, native)['access_token']}"}
    administration.user_deactivate(actor, owner.pk)
    administration.user_reactivate(actor, owner.pk)
    assert client.get("/api/v1/me", headers=bearer).status_code == 401 and browser.get("/").status_code == 302
    owner.refresh_from_db()
    assert sign_in(owner).get("/").status_code == 200


def test_both_leave_an_event_in_both_trails(as_actor, superadmin, owner):
    administration.user_deactivate(as_actor(superadmin), owner.pk)
    administration.user_reactivate(as_actor(superadmin), owner.pk)
    assert AuditEvent.objects.filter(action="users.updated", object_id=str(owner.pk)).count() == 2
    kinds = list(SecurityEvent.objects.filter(person_id=owner.pk).order_by("at").values_list("kind", flat=True))
    assert kinds == ["person.deactivated", "person.reactivated"]


def test_records_are_handed_over_in_the_same_act(as_actor, superadmin, owner, teammate, north):
    Customer.objects.create(name="Acme", team=north, owner=owner)
    heirs = dict.fromkeys(hand_over.kinds(), teammate)
    administration.user_deactivate(as_actor(superadmin), owner.pk, heirs=heirs)
    assert Customer.objects.get().owner == teammate


def test_a_hand_over_that_is_refused_keeps_the_person_active(as_actor, superadmin, owner, outsider, north):
    Customer.objects.create(name="Acme", team=north, owner=owner)
    with pytest.raises(Exception, match="not valid"):
        administration.user_deactivate(as_actor(superadmin), owner.pk, heirs={"customers": outsider})
    owner.refresh_from_db()
    assert owner.is_active and not SecurityEvent.objects.exists()


@pytest.mark.parametrize("act", ["user_deactivate", "user_reactivate"])
def test_doing_it_twice_is_a_conflict(as_actor, superadmin, owner, act):
    if act == "user_deactivate":
        administration.user_deactivate(as_actor(superadmin), owner.pk)
    with pytest.raises(Conflict):
        getattr(administration, act)(as_actor(superadmin), owner.pk)


@pytest.mark.parametrize("act", ["user_deactivate", "user_reactivate"])
def test_a_colleague_may_not(as_actor, owner, teammate, act):
    with pytest.raises(Forbidden):
        getattr(administration, act)(as_actor(teammate), owner.pk)


def test_a_wider_role_is_a_security_event(as_actor, superadmin, owner):
    manager = type(owner.role).objects.get(name="sales_manager")
    administration.user_update(as_actor(superadmin), owner.pk, role=manager)
    event = SecurityEvent.objects.get()
    assert (event.kind, event.severity, event.person_id) == ("role.raised", "high", owner.pk)


def test_whose_reach_is_the_team_deactivates_its_members_alone(as_actor, make_user, owner, outsider, north, south):
    """The person is locked, which a query over memberships must allow."""
    lead = make_user("lead@north.example", "sales_manager", (north, south))
    lead.role.grants |= {"users:write": "team"}
    lead.memberships.filter(team=south).delete()
    administration.user_deactivate(as_actor(lead), owner.pk)
    with pytest.raises(NotFound):
        administration.user_deactivate(as_actor(lead), outsider.pk)
