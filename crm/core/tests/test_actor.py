"""What an actor may do: grants, reach, scopes, and the reasons of a refusal."""

from dataclasses import FrozenInstanceError
from types import SimpleNamespace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.actor import ANONYMOUS, Actor
from crm.core.permissions import PERMISSIONS, Reach

ME, NORTH, SOUTH = uuid4(), uuid4(), uuid4()


def actor(**grants: Reach) -> Actor:
    named = {name.replace("_", ":"): reach for name, reach in grants.items()}
    return Actor(label="me", kind="user", id=ME, role="rep", grants=named, team_ids=(NORTH,))


def record(team=NORTH, owner=ME):
    return SimpleNamespace(team_id=team, owner_id=owner)


@pytest.mark.parametrize(
    ("reach", "team", "owner", "allowed"),
    [
        (Reach.NONE, NORTH, ME, False),
        (Reach.OWN, NORTH, ME, True),
        (Reach.OWN, NORTH, None, False),
        (Reach.OWN, SOUTH, ME, False),
        (Reach.TEAM, NORTH, None, True),
        (Reach.TEAM, SOUTH, ME, False),
        (Reach.TEAM, None, ME, False),
        (Reach.ALL, SOUTH, None, True),
    ],
)
def test_a_record_is_covered_as_far_as_the_grant_reaches(reach, team, owner, allowed):
    assert bool(actor(customers_write=reach).covers("customers:write", record(team, owner))) is allowed


def test_nobody_may_do_nothing():
    assert not any(ANONYMOUS.may(permission) for permission in PERMISSIONS)
    assert not ANONYMOUS.covers("customers:read", record(None, None))


def test_a_refusal_is_falsy_and_says_why():
    refusal = actor().may("deals:write")
    assert not refusal
    assert "rep" in refusal.reason
    assert "signed in" in ANONYMOUS.may("deals:write").reason


def test_an_unknown_permission_is_an_error_not_a_no():
    with pytest.raises(ValueError, match="customer:read"):
        actor().may("customer:read")


@given(st.sets(st.sampled_from(sorted(PERMISSIONS))), st.sets(st.sampled_from(sorted(PERMISSIONS))))
def test_scopes_narrow_and_never_widen(granted, scopes):
    whole = Actor(label="me", kind="user", grants=dict.fromkeys(granted, Reach.TEAM))
    narrowed = whole.limited_to(scopes)
    assert {permission for permission in PERMISSIONS if narrowed.may(permission)} == granted & scopes


def test_an_actor_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        ANONYMOUS.kind = "user"


def test_the_system_reaches_everything_and_has_a_name():
    system = Actor.system("retention")
    assert system.covers("audit:manage", record(SOUTH, None))
    assert system.label == "system:retention"


def test_the_home_team_is_the_first_one_joined():
    assert actor().home_team_id == NORTH
    assert ANONYMOUS.home_team_id is None
