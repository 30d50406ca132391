"""Looking after OAuth clients: nobody gives more than they have, secrets rotate without downtime, an end is an end."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.administration import user_update
from accounts.models import Application, Role, Team, User
from accounts.oauth import clients
from accounts.tests.oauth_flow import by_itself, refresh, tokens_for, userinfo
from auditlog.models import AuditEvent, SecurityEvent
from crm.core.actor import Actor
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale

pytestmark = pytest.mark.django_db

REDIRECTS = ["https://tool.example/done"]


@pytest.fixture
def administrator(make_user: Any, north: Team, as_actor: Any) -> Actor:
    return as_actor(make_user("admin@north.example", "admin", (north,)))


def role(name: str) -> Role:
    return Role.objects.get(name=name)


def new(actor: Actor, **changes: Any) -> tuple[Application, str]:
    given = {"name": "Tool", "client_type": "confidential", "redirect_uris": REDIRECTS, "scopes": ["customers:read"]}
    return clients.client_create(actor, **(given | changes))


def test_an_administrator_registers_a_client_and_the_trail_says_so(administrator: Actor) -> None:
    _client, secret = new(administrator)
    assert Application.objects.get().secret_matches(secret)
    event = AuditEvent.objects.get(action="clients.created")
    assert event.actor_id == administrator.id
    assert secret not in event.changes
    assert SecurityEvent.objects.get(kind="client.created").person_id == administrator.id


def test_nobody_gives_a_client_scopes_beyond_their_own(administrator: Actor) -> None:
    limited = administrator.limited_to(["clients:read", "clients:write", "customers:read"])
    with pytest.raises(Forbidden) as refusal:
        new(limited, scopes=["customers:read", "deals:read"])
    assert refusal.value.code == "beyond_own_grants"
    client, _secret = new(limited)
    with pytest.raises(Forbidden):
        clients.client_update(limited, client.pk, scopes=["customers:read", "audit:manage"])
    client.refresh_from_db()
    assert client.scopes == ["customers:read"]


@pytest.mark.parametrize("act", ["client_update", "client_rotate_secret", "client_enable"])
def test_nobody_takes_over_a_client_that_may_do_more_than_they(
    administrator: Actor, native: Application, confidential: Any, act: str
) -> None:
    """Its redirect address, or its secret, would give them what it may do."""
    limited = administrator.limited_to(["clients:read", "clients:write", "customers:read"])
    with pytest.raises(Forbidden) as refusal:
        getattr(clients, act)(limited, confidential[0].pk)
    assert refusal.value.code == "beyond_own_grants"


@pytest.mark.parametrize(("name", "error"), [("auditor", Forbidden), ("superadmin", Invalid)])
def test_nobody_gives_its_account_a_role_beyond_their_own(administrator: Actor, name: str, error: type) -> None:
    with pytest.raises(error):
        new(administrator, role=role(name))
    assert not User.objects.filter(is_service=True).exists()


def test_a_role_gives_it_an_account_of_its_own(administrator: Actor, north: Team) -> None:
    client, secret = new(administrator, redirect_uris=[], role=role("sales_rep"), teams=[north])
    assert client.grant_types == ["client_credentials"]
    assert client.user.is_service
    assert list(client.user.memberships.values_list("team", flat=True)) == [north.pk]
    assert by_itself(client, secret).status_code == 200


def test_acting_by_itself_begins_and_ends_by_its_role(administrator: Actor, north: Team) -> None:
    client, secret = new(administrator)
    assert by_itself(client, secret).json()["error"] == "unauthorized_client"
    clients.client_update(administrator, client.pk, role=role("sales_rep"), teams=[north])
    token = by_itself(client, secret).json()["access_token"]
    account = User.objects.get(is_service=True)
    clients.client_update(administrator, client.pk, role=None)
    assert userinfo(token).status_code == 401
    assert by_itself(client, secret).json()["error"] == "unauthorized_client"
    account.refresh_from_db()
    assert not account.is_active


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uris": []},
        {"redirect_uris": ["http://tool.example/"]},
        {"redirect_uris": ["https://tool.example;script-src/"]},
        {"redirect_uris": ["http://[::1]tool.example/"]},
        {"scopes": ["everything:do"]},
        {"client_type": "public", "role": "sales_rep"},
        {"client_type": "secret"},
        {"name": " "},
    ],
)
def test_what_cannot_be_is_refused(administrator: Actor, changes: Any) -> None:
    known = {"role": role(changes["role"])} if "role" in changes else {}
    with pytest.raises(Invalid):
        new(administrator, **(changes | known))
    assert not Application.objects.exists()
    assert not User.objects.filter(is_service=True).exists()


def test_a_change_is_refused_when_somebody_was_faster(administrator: Actor) -> None:
    client, _secret = new(administrator)
    clients.client_update(administrator, client.pk, version=1, name="Renamed")
    with pytest.raises(Stale):
        clients.client_update(administrator, client.pk, version=1, name="Again")
    assert Application.objects.get().name == "Renamed"


def test_rotation_keeps_the_old_secret_for_the_overlap_and_no_longer(administrator: Actor) -> None:
    client, old = new(administrator, role=role("sales_rep"))
    _client, fresh = clients.client_rotate_secret(administrator, client.pk, overlap=timedelta(hours=2))
    assert by_itself(client, old).status_code == by_itself(client, fresh).status_code == 200
    Application.objects.update(previous_secret_expires_at=timezone.now())
    assert (by_itself(client, old).status_code, by_itself(client, fresh).status_code) == (401, 200)
    event = AuditEvent.objects.get(action="clients.secret_rotated")
    assert fresh not in event.changes
    assert SecurityEvent.objects.filter(kind="client.secret_rotated").exists()


def test_a_leaked_secret_ends_at_once(administrator: Actor) -> None:
    client, old = new(administrator, role=role("sales_rep"))
    clients.client_rotate_secret(administrator, client.pk, overlap=timedelta(0))
    assert by_itself(client, old).status_code == 401


def test_a_second_rotation_ends_the_first_secret(administrator: Actor) -> None:
    client, first = new(administrator, role=role("sales_rep"))
    _client, second = clients.client_rotate_secret(administrator, client.pk)
    _client, third = clients.client_rotate_secret(administrator, client.pk)
    assert [by_itself(client, one).status_code for one in (first, second, third)] == [401, 200, 200]


@pytest.mark.parametrize("overlap", [timedelta(days=7, seconds=1), timedelta(seconds=-1)])
def test_an_overlap_is_seven_days_at_most(administrator: Actor, overlap: timedelta) -> None:
    client, _secret = new(administrator)
    with pytest.raises(Invalid):
        clients.client_rotate_secret(administrator, client.pk, overlap=overlap)


def test_a_public_client_has_nothing_to_rotate(native: Application) -> None:
    with pytest.raises(Conflict):
        clients.client_rotate_secret(Actor.system("test"), native.pk)


def test_disabling_ends_what_was_granted_and_enabling_does_not_bring_it_back(
    browser: Client, native: Application
) -> None:
    system = Actor.system("test")
    tokens = tokens_for(browser, native)
    clients.client_disable(system, native.pk)
    assert userinfo(tokens["access_token"]).status_code == 401
    clients.client_enable(system, native.pk)
    assert userinfo(tokens["access_token"]).status_code == 401
    assert refresh(native, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert userinfo(tokens_for(browser, native)["access_token"]).status_code == 200


def test_deleting_takes_grants_and_tokens_along_and_leaves_the_trail(
    browser: Client, administrator: Actor, north: Team
) -> None:
    client, secret = new(administrator, role=role("sales_rep"), teams=[north])
    token = by_itself(client, secret).json()["access_token"]
    clients.client_delete(administrator, client.pk)
    assert userinfo(token).status_code == 401
    assert not User.objects.get(is_service=True).is_active
    assert "https://tool.example/done" in AuditEvent.objects.get(action="clients.deleted").changes


def test_a_rep_sees_and_changes_no_client(owner: User, as_actor: Any, confidential: Any) -> None:
    actor = as_actor(owner)
    with pytest.raises(Forbidden):
        new(actor)
    for act in ("client_update", "client_rotate_secret", "client_disable", "client_enable", "client_delete"):
        with pytest.raises(NotFound):
            getattr(clients, act)(actor, confidential[0].pk)


def test_an_api_key_never_breeds_credentials(make_user: Any, north: Team, as_actor: Any) -> None:
    key = as_actor(make_user("admin@north.example", "admin", (north,)), credential="key")
    with pytest.raises(Forbidden) as refusal:
        new(key)
    assert refusal.value.code == "not_by_key"


def test_a_program_cannot_be_the_super_administrator_that_must_be_left(superadmin: User, robot: Any) -> None:
    User.objects.filter(is_service=True).update(role=superadmin.role)
    with pytest.raises(Conflict):
        user_update(Actor.system("test"), superadmin.pk, role=role("sales_rep"))
