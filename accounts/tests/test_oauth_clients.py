"""Who a client is: public ones prove nothing but PKCE, confidential ones their secret; how they are registered."""

import base64
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Application
from accounts.oauth.clients import client_create, web_client_ensure
from accounts.tests.oauth_flow import decide, post, redeem, refresh, tokens_for
from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.errors import Forbidden, Invalid
from crm.core.permissions import PERMISSIONS

pytestmark = pytest.mark.django_db


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{client_id}:{secret}'.encode()).decode()}"}


def test_a_confidential_client_authenticates_by_header_or_by_body(browser: Client, confidential: Any) -> None:
    client, secret = confidential
    by_body = redeem(client, decide(browser, client)["code"], client_secret=secret)
    by_header = redeem(client, decide(browser, client)["code"], headers=basic(client.client_id, secret))
    assert by_body.status_code == by_header.status_code == 200


@pytest.mark.parametrize("secret", [None, "", "wrong", "wrong" * 10_000])
def test_without_its_secret_a_confidential_client_is_nobody(browser: Client, confidential: Any, secret: Any) -> None:
    client, _secret = confidential
    response = redeem(client, decide(browser, client)["code"], client_secret=secret)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response["WWW-Authenticate"].startswith("Basic")


def test_a_public_client_may_name_itself_in_a_header_with_an_empty_secret(browser: Client, native: Application) -> None:
    """As requests-oauthlib does."""
    headers = basic(native.client_id, "")
    assert redeem(native, decide(browser, native)["code"], headers=headers, client_id=None).status_code == 200


def test_a_public_client_with_a_secret_is_refused(browser: Client, native: Application) -> None:
    assert redeem(native, decide(browser, native)["code"], client_secret="anything").status_code == 401


@pytest.mark.parametrize(
    "header", ["Basic", "Basic %%%", "Basic /w==", "Basic AA==", f"Basic {base64.b64encode(b'a:b').decode()}"]
)
def test_a_header_that_is_not_right_is_refused(browser: Client, native: Application, header: str) -> None:
    response = redeem(native, decide(browser, native)["code"], headers={"Authorization": header})
    assert response.status_code in (400, 401)
    assert response.json()["error"] in ("invalid_client", "invalid_request")


def test_two_ways_at_once_are_refused(confidential: Any) -> None:
    client, secret = confidential
    response = refresh(client, "x", client_secret=secret, headers=basic(client.client_id, secret))
    assert response.json()["error"] == "invalid_request"


def test_the_previous_secret_works_until_the_overlap_ends(confidential: Any) -> None:
    client, secret = confidential
    client.client_secret, client.previous_secret = "new-secret", secret
    client.previous_secret_expires_at = timezone.now() + timedelta(minutes=1)
    client.save()
    stored = Application.objects.get()
    assert stored.secret_matches("new-secret")
    assert stored.secret_matches(secret)
    stored.previous_secret_expires_at = timezone.now()
    assert not stored.secret_matches(secret)


def introspect(client: Application, secret: str | None, token: str) -> Any:
    return post("/auth/introspect", client_id=client.client_id, client_secret=secret, token=token)


def test_a_confidential_client_asks_about_its_own_tokens(browser: Client, owner: Any, confidential: Any) -> None:
    client, secret = confidential
    tokens = redeem(client, decide(browser, client)["code"], client_secret=secret).json()
    about = introspect(client, secret, tokens["access_token"]).json()
    assert about["active"] is True
    assert about["scope"] == tokens["scope"]
    assert (about["client_id"], about["username"], about["sub"]) == (client.client_id, owner.email, str(owner.pk))
    assert about["exp"] - about["iat"] == pytest.approx(tokens["expires_in"], abs=1)
    assert introspect(client, secret, tokens["refresh_token"]).json()["active"] is True


def test_somebody_elses_token_is_not_active(browser: Client, native: Application, confidential: Any) -> None:
    client, secret = confidential
    tokens = tokens_for(browser, native)
    for token in (tokens["access_token"], tokens["refresh_token"], "unknown"):
        assert introspect(client, secret, token).json() == {"active": False}


def test_a_used_or_revoked_token_is_not_active(browser: Client, confidential: Any) -> None:
    client, secret = confidential
    first = redeem(client, decide(browser, client)["code"], client_secret=secret).json()
    second = refresh(client, first["refresh_token"], client_secret=secret).json()
    assert introspect(client, secret, first["refresh_token"]).json() == {"active": False}
    post("/auth/revoke", client_id=client.client_id, client_secret=secret, token=second["access_token"])
    for token in (second["access_token"], second["refresh_token"]):
        assert introspect(client, secret, token).json() == {"active": False}


def test_no_secret_makes_a_public_client_confidential(native: Application) -> None:
    native.client_secret = "known"
    native.save()
    assert not Application.objects.get().secret_matches("known")
    assert introspect(native, "known", "x").status_code == 401


@pytest.mark.parametrize("secret", [None, "guess"])
def test_a_public_client_may_not_ask(browser: Client, native: Application, secret: str | None) -> None:
    response = introspect(native, secret, tokens_for(browser, native)["access_token"])
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def create(**changes: str) -> dict[str, str]:
    out = StringIO()
    given = {
        "name": "Tool",
        "type": "confidential",
        "redirect-uri": "https://tool.example/done",
        "scopes": "customers:read deals:write",
    }
    call_command("create_oauth_client", *(f"--{name}={value}" for name, value in (given | changes).items()), stdout=out)
    return dict(line.split("=", 1) for line in out.getvalue().splitlines())


def test_the_command_prints_id_and_secret_that_work() -> None:
    printed = create()
    client = Application.objects.get(client_id=printed["client_id"])
    assert client.secret_matches(printed["client_secret"])
    assert client.scopes == ["customers:read", "deals:write"]
    event = AuditEvent.objects.get(action="clients.created")
    assert event.actor_label == "system:create_oauth_client"
    assert printed["client_secret"] not in event.changes


def test_the_command_prints_no_secret_for_a_public_client() -> None:
    printed = create(**{"type": "public", "redirect-uri": "http://127.0.0.1/callback"})
    assert set(printed) == {"client_id"}


@pytest.mark.parametrize(
    "changes",
    [
        {"scopes": "customers:read everything:do"},
        {"redirect-uri": "http://tool.example/done"},
        {"redirect-uri": "https://*.example/done"},
        {"redirect-uri": "https://tool.example/done#x"},
        {"redirect-uri": "https://a@tool.example/done"},
        {"redirect-uri": "javascript:alert(1)"},
        {"redirect-uri": "https://[::1/done"},
        {"redirect-uri": "ftp://tool.example/done"},
        {"redirect-uri": " "},
        {"name": ""},
        {"name": "a\x00b"},
        {"type": "secret"},
    ],
)
def test_the_command_refuses_what_cannot_be(changes: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        create(**changes)
    assert not Application.objects.exists()


def test_localhost_is_for_development_with_its_exact_port() -> None:
    printed = create(**{"type": "public", "redirect-uri": "http://localhost:3000/callback"})
    client = Application.objects.get(client_id=printed["client_id"])
    assert client.redirect_uri_allowed("http://localhost:3000/callback")
    assert not client.redirect_uri_allowed("http://localhost:3001/callback")


def test_registering_needs_the_permission(owner: Any, as_actor: Any) -> None:
    given = {"name": "T", "client_type": "public", "redirect_uris": ["http://127.0.0.1/callback"], "scopes": []}
    with pytest.raises(Forbidden):
        client_create(as_actor(owner), **given)
    with pytest.raises(Invalid):
        client_create(Actor.system("test"), **(given | {"redirect_uris": []}))


def test_the_web_client_of_the_demo_is_made_once() -> None:
    first, second = (web_client_ensure(Actor.system("demo")) for _ in range(2))
    assert first.pk == second.pk
    assert first.client_id == "crm_web_app"
    assert not first.is_confidential
    assert set(first.scopes) == PERMISSIONS
    assert first.redirect_uris == "http://127.0.0.1/callback"
