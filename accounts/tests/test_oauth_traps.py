"""What the OAuth library does by itself and must not: each shown with its own rule first, then with ours."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.urls import base_urlpatterns, management_urlpatterns
from oauth2_provider.views.base import AuthorizationView
from oauthlib.common import Request

from accounts.models import Application, User
from accounts.oauth.validator import Validator
from accounts.tests.oauth_flow import (
    ask,
    by_itself,
    decide,
    post,
    redeem,
    refresh,
    request_for,
    revoke,
    tokens_for,
    userinfo,
)
from auditlog.models import SecurityEvent, Severity
from tests.addresses import addresses

pytestmark = pytest.mark.django_db


def deactivate(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def change_password(person: User) -> None:
    User.objects.filter(pk=person.pk).update(tokens_valid_from=timezone.now())


@pytest.mark.parametrize("happens", [deactivate, change_password])
def test_trap_7_a_bearer_token_ends_with_the_account_and_with_the_password(
    browser: Client, owner: User, native: Application, happens: Callable[[User], None]
) -> None:
    token = tokens_for(browser, native)["access_token"]
    happens(owner)
    assert OAuth2Validator().validate_bearer_token(token, [], Request("/")) is True
    assert userinfo(token).status_code == 401


@pytest.mark.parametrize("happens", [deactivate, change_password])
def test_trap_7_so_does_a_refresh_token(
    browser: Client, owner: User, native: Application, happens: Callable[[User], None]
) -> None:
    token = tokens_for(browser, native)["refresh_token"]
    happens(owner)
    assert OAuth2Validator().validate_refresh_token(token, native, Request("/")) is True
    assert refresh(native, token).json()["error"] == "invalid_grant"


def test_trap_8_a_replayed_code_kills_what_it_issued(
    browser: Client, native: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = decide(browser, native)["code"]
    token = redeem(native, code).json()["access_token"]
    with monkeypatch.context() as library:
        library.setattr(Validator, "_kill", lambda *_: None)  # the library only refuses
        assert redeem(native, code).status_code == 400
        assert userinfo(token).status_code == 200
    assert redeem(native, code).status_code == 400
    assert userinfo(token).status_code == 401


@pytest.mark.parametrize(
    "grant", ["urn:ietf:params:oauth:grant-type:device_code", "password", "urn:ietf:params:oauth:grant-type:jwt-bearer"]
)
def test_trap_10_no_device_flow_and_no_other_grant_than_the_metadata_lists(native: Application, grant: str) -> None:
    assert grant not in Client().get("/.well-known/oauth-authorization-server").json()["grant_types_supported"]
    answer = post("/auth/token", grant_type=grant, client_id=native.client_id, device_code="x", scope="customers:read")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_trap_11_no_parameter_overrides_consent(
    rf: RequestFactory, browser: Client, owner: User, confidential: Any
) -> None:
    client, secret = confidential
    asked = {"redirect_uri": "https://robot.example/done", "approval_prompt": "auto"}
    redeem(client, decide(browser, client)["code"], client_secret=secret)
    request = rf.get("/auth/authorize", request_for(client, **asked))
    request.user = owner
    assert "code=" in AuthorizationView.as_view()(request)["Location"]
    page = ask(browser, client, **asked)
    assert page.status_code == 200
    assert b'name="allow"' in page.content


def test_trap_12_none_of_the_librarys_own_pages_is_there() -> None:
    """Its management pages would let each signed-in person register a client."""
    assert management_urlpatterns
    assert base_urlpatterns
    assert not [str(one) for one in addresses() if one.view.__module__.startswith("oauth2_provider")]


@pytest.mark.parametrize(
    ("misuse", "kind"),
    [
        (lambda client, code, first: refresh(client, first["refresh_token"]), "token.reused"),
        (lambda client, code, first: redeem(client, code), "code.replayed"),
    ],
)
def test_misuse_is_a_security_event_of_high_severity_that_the_refusal_does_not_undo(
    browser: Client, owner: User, north: Any, native: Application, misuse: Any, kind: str
) -> None:
    code = decide(browser, native)["code"]
    first = redeem(native, code).json()
    refresh(native, first["refresh_token"])
    for _ in range(3):
        assert misuse(native, code, first).json()["error"] == "invalid_grant"
    event = SecurityEvent.objects.get(kind=kind)
    assert (event.severity, event.person_id, event.team_id) == (Severity.HIGH, owner.pk, north.pk)
    assert native.client_id in event.details
    assert event.address == "127.0.0.1"


def test_an_ordinary_end_is_no_misuse(browser: Client, native: Application, robot: Any) -> None:
    tokens = tokens_for(browser, native)
    refresh(native, tokens["refresh_token"] + "x")
    revoke(native, tokens["access_token"])
    refresh(native, tokens["refresh_token"])
    by_itself(*robot)
    assert not SecurityEvent.objects.filter(severity=Severity.HIGH).exists()
