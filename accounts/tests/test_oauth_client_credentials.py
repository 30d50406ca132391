"""A program that acts by itself: as its own account, within role and scopes, no longer than either of them lives."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.test import Client
from django.utils import timezone

from accounts.models import Application, Membership, RefreshToken, TokenFamily, User
from accounts.tests.oauth_flow import by_itself, decide, post, redeem, refresh, revoke, userinfo
from accounts.tests.test_oauth_clients import basic, introspect
from accounts.tests.test_oauth_token_endpoint import refused
from auditlog.models import AuditEvent
from conftest import PASSWORD
from customers.models import Customer

pytestmark = pytest.mark.django_db


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_it_gets_an_access_token_and_nothing_to_refresh(robot: Any) -> None:
    response = by_itself(*robot, scope="customers:read")
    assert response.status_code == 200
    assert (response["Cache-Control"], response["Pragma"]) == ("no-store", "no-cache")
    answer = response.json()
    assert set(answer) == {"access_token", "expires_in", "token_type", "scope"}
    assert (answer["token_type"], answer["scope"]) == ("Bearer", "customers:read")
    assert not RefreshToken.objects.exists()
    family = TokenFamily.objects.get()
    assert family.expires_at - family.started_at == timedelta(minutes=settings.ACCESS_MINUTES)


def test_without_a_scope_it_gets_those_the_administrator_chose(robot: Any) -> None:
    assert by_itself(*robot).json()["scope"] == "customers:read customers:write audit:manage"


@pytest.mark.parametrize("scope", ["everything:do", "deals:read", "customers:read everything:do"])
def test_a_scope_it_may_not_have_is_refused_or_left_out(robot: Any, scope: str) -> None:
    refused(by_itself(*robot, scope=scope), "invalid_scope")


def test_the_secret_in_a_header_will_do(robot: Any) -> None:
    client, secret = robot
    assert post("/auth/token", basic(client.client_id, secret), grant_type="client_credentials").status_code == 200


@pytest.mark.parametrize("secret", [None, "", "wrong"])
def test_without_its_secret_it_is_nobody(robot: Any, secret: str | None) -> None:
    refused(by_itself(robot[0], secret), "invalid_client", 401)


def test_a_public_client_cannot(native: Application) -> None:
    refused(by_itself(native, None), "invalid_client", 401)


def test_a_client_without_an_account_cannot(confidential: Any) -> None:
    refused(by_itself(*confidential), "unauthorized_client")


def test_a_client_without_a_redirect_address_cannot_ask_people(browser: Client, robot: Any) -> None:
    client, secret = robot
    assert browser.get(f"/auth/authorize?client_id={client.client_id}&response_type=code").status_code == 400
    refused(redeem(client, "x", client_secret=secret), "unauthorized_client")
    refused(refresh(client, "x", client_secret=secret), "unauthorized_client")


def test_it_may_do_what_role_and_scopes_both_grant_in_its_teams(robot: Any, north: Any, south: Any) -> None:
    """audit:manage is a scope of it and not of its role; deals:read of its role and not a scope."""
    Customer.objects.create(name="Ours", team=north)
    Customer.objects.create(name="Theirs", team=south)
    token = by_itself(*robot).json()["access_token"]
    listed = Client().get("/api/v1/customers", headers=bearer(token)).json()["results"]
    assert [one["name"] for one in listed] == ["Ours"]
    assert Client().get("/api/v1/deals", headers=bearer(token)).status_code == 403
    assert userinfo(token).json()["scopes"] == ["customers:read", "customers:write"]


def test_the_trail_names_account_and_client(robot: Any) -> None:
    token = by_itself(*robot).json()["access_token"]
    sent = Client().post("/api/v1/customers", {"name": "By night"}, "application/json", headers=bearer(token))
    assert sent.status_code == 201
    event = AuditEvent.objects.get(action="customers.created")
    assert (event.actor_id, event.actor_label) == (robot[0].user_id, "Night shift")
    assert (event.on_behalf_of, event.credential) == ("client:Night shift", "token")
    assert AuditEvent.objects.filter(action="tokens.issued", on_behalf_of="client:Night shift").count() == 1


def deactivate(client: Application) -> None:
    User.objects.filter(pk=client.user_id).update(is_active=False)


def end_tokens(client: Application) -> None:
    User.objects.filter(pk=client.user_id).update(tokens_valid_from=timezone.now())


def disable(client: Application) -> None:
    Application.objects.filter(pk=client.pk).update(is_active=False)


@pytest.mark.parametrize(
    ("happens", "then"),
    [(deactivate, "unauthorized_client"), (disable, "invalid_client"), (end_tokens, None)],
)
def test_its_tokens_end_at_once_with_its_account_or_client(
    robot: Any, happens: Callable[[Application], None], then: str | None
) -> None:
    client, secret = robot
    token = by_itself(client, secret).json()["access_token"]
    assert userinfo(token).status_code == 200
    happens(client)
    assert userinfo(token).status_code == 401
    assert by_itself(client, secret).json().get("error") == then


def test_leaving_a_team_takes_its_records_away_on_the_next_request(robot: Any, north: Any) -> None:
    Customer.objects.create(name="Ours", team=north)
    token = by_itself(*robot).json()["access_token"]
    Membership.objects.filter(user=robot[0].user_id).delete()
    assert Client().get("/api/v1/customers", headers=bearer(token)).json()["results"] == []


def test_it_revokes_and_introspects_its_own_tokens(robot: Any, confidential: Any) -> None:
    client, secret = robot
    first, second = (by_itself(client, secret).json()["access_token"] for _ in range(2))
    about = introspect(client, secret, first).json()
    assert (about["active"], about["sub"]) == (True, str(client.user_id))
    assert introspect(*confidential, first).json() == {"active": False}
    assert revoke(client, first, client_secret=secret).status_code == 200
    assert introspect(client, secret, first).json() == {"active": False}
    assert (userinfo(first).status_code, userinfo(second).status_code) == (401, 200)


def test_a_scope_taken_from_the_client_is_gone_on_the_next_request(robot: Any) -> None:
    token = by_itself(*robot).json()["access_token"]
    Application.objects.update(allowed_scopes="customers:read")
    assert userinfo(token).json()["scopes"] == ["customers:read"]


def test_nobody_can_sign_in_as_its_account_even_with_a_password(robot: Any) -> None:
    account = User.objects.get(is_service=True)
    account.set_password(PASSWORD)
    account.save()
    assert authenticate(email=account.email, password=PASSWORD) is None
    browser = Client()
    browser.force_login(account, backend="accounts.backends.EmailBackend")
    assert browser.get("/").status_code == 302


def test_a_code_of_a_client_that_does_both_is_not_its_own(browser: Client, owner: User, confidential: Any) -> None:
    client, secret = confidential
    Application.objects.filter(pk=client.pk).update(user=User.objects.create_user("r@service.invalid", is_service=True))
    client.refresh_from_db()
    token = redeem(client, decide(browser, client)["code"], client_secret=secret).json()["access_token"]
    assert userinfo(token).json()["email"] == owner.email
    assert userinfo(by_itself(client, secret).json()["access_token"]).json()["email"] == "r@service.invalid"
