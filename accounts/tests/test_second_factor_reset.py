"""An administrator removes the factors of somebody who lost them; whoever that is, is signed out everywhere."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.models import Role, User
from accounts.oauth.clients import client_create
from accounts.tests.oauth_flow import tokens_for
from accounts.tests.second_factor import connect_app, recovery_codes
from auditlog.models import AuditEvent, SecurityEvent
from crm.core.actor import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(owner: User) -> User:
    connect_app(owner)
    recovery_codes(owner)
    return owner


def reset(api: Any, by: User, whose: User) -> Any:
    return api(by).post(f"users/{whose.pk}/reset-second-factor")


def test_an_administrator_resets(
    api: Any, superadmin: User, lost: User, sign_in: Any, django_capture_on_commit_callbacks: Any
) -> None:
    session = sign_in(lost)
    assert session.get("/accounts/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert reset(api, superadmin, lost).status_code == 204
    assert not Authenticator.objects.filter(user=lost).exists()
    assert session.get("/accounts/").status_code == 302
    event = SecurityEvent.objects.get(kind="factor.reset")
    assert (event.person_id, event.severity) == (lost.pk, "high")
    assert AuditEvent.objects.get(action="users.factor_reset").actor_id == superadmin.pk
    assert mail.outbox[0].to == [lost.email] and "Sue Super" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("role", "status"),
    [("sales_rep", 403), ("auditor", 403), ("read_only", 403), ("sales_manager", 403), ("superadmin", 204)],
)
def test_only_who_manages_people_may(role: str, status: int, api: Any, make_user: Any, north: Any, lost: User) -> None:
    by = make_user("somebody@north.example", role=role, teams=(north,))
    assert reset(api, by, lost).status_code == status
    assert Authenticator.objects.filter(user=lost).exists() is (status != 204)


def test_nobody_resets_who_may_do_more(api: Any, make_user: Any, north: Any, superadmin: User) -> None:
    connect_app(superadmin)
    by = make_user("admin@north.example", role="admin", teams=(north,))
    answer = reset(api, by, superadmin)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "beyond_own_grants")
    assert Authenticator.objects.filter(user=superadmin).exists()


def test_nobody_resets_their_own(api: Any, superadmin: User) -> None:
    connect_app(superadmin)
    answer = reset(api, superadmin, superadmin)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "own_second_factor")


def test_an_old_session_is_asked_first(sign_in_long_ago: Any, superadmin: User, lost: User) -> None:
    answer = sign_in_long_ago(superadmin).post(f"/api/v1/users/{lost.pk}/reset-second-factor")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "reauthentication_required")


def test_a_token_never_does_it(client: Any, sign_in: Any, superadmin: User, lost: User) -> None:
    program = client_create(
        Actor.system("test"),
        name="Robot",
        client_type="public",
        redirect_uris=["http://127.0.0.1/callback"],
        scopes=["users:manage", "users:read", "customers:read"],
    )[0]
    token = tokens_for(sign_in(superadmin), program, scope="users:manage users:read")["access_token"]
    answer = client.post(f"/api/v1/users/{lost.pk}/reset-second-factor", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "session_required")
    assert Authenticator.objects.filter(user=lost).exists()


@pytest.mark.parametrize(("reach", "status"), [("own", 403), ("team", 204)])
def test_only_as_far_as_the_role_reaches(reach: str, status: int, api: Any, superadmin: User, lost: User) -> None:
    Role.objects.filter(name="sales_manager").update(
        grants={**lost.role.grants, "users:read": "all", "users:manage": reach}  # type: ignore[union-attr]
    )
    superadmin.role = Role.objects.get(name="sales_manager")
    superadmin.save()
    assert reset(api, superadmin, lost).status_code == status


def test_an_operator_helps_the_last_administrator_at_the_machine(superadmin: User) -> None:
    connect_app(superadmin)
    call_command("reset_second_factor", superadmin.email)
    assert not Authenticator.objects.filter(user=superadmin).exists()
    assert AuditEvent.objects.get(action="users.factor_reset").actor_label == "system:reset_second_factor"
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody@vouch.example")


def test_who_is_not_there_is_404(api: Any, superadmin: User) -> None:
    assert api(superadmin).post("users/01900000-0000-7000-8000-000000000000/reset-second-factor").status_code == 404
