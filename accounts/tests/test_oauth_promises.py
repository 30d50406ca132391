"""What the metadata lists works; what it does not list, and a client may think of, is refused as the standards say."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Application
from accounts.tests.oauth_flow import VERIFIER, ask, by_itself, decide, post, redeem, refresh, revoke, sent_back
from accounts.tests.test_oauth_clients import basic, introspect

pytestmark = pytest.mark.django_db

METADATA = "/.well-known/oauth-authorization-server"
NOT_OFFERED = {
    "grant_types_supported": [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:openid:params:grant-type:ciba",
    ],
    "response_types_supported": ["token", "id_token", "code id_token", "code token", "none"],
    "response_modes_supported": ["fragment", "form_post", "query.jwt"],
    "code_challenge_methods_supported": ["plain", "S512"],
    "scopes_supported": ["openid", "offline_access", "*", "customers:*"],
}


def metadata() -> dict[str, Any]:
    return Client().get(METADATA).json()


def test_every_grant_of_the_metadata_issues_tokens(browser: Client, native: Application, robot: Any) -> None:
    first = redeem(native, decide(browser, native)["code"])
    ways = {
        "authorization_code": first,
        "refresh_token": refresh(native, first.json()["refresh_token"]),
        "client_credentials": by_itself(*robot),
    }
    assert set(ways) == set(metadata()["grant_types_supported"])
    assert {answer.status_code for answer in ways.values()} == {200}


@pytest.mark.parametrize("kind", NOT_OFFERED)
def test_what_the_table_calls_not_offered_is_not_announced(kind: str) -> None:
    assert not set(NOT_OFFERED[kind]) & set(metadata()[kind])


@pytest.mark.parametrize("grant", NOT_OFFERED["grant_types_supported"])
def test_another_grant_is_refused(native: Application, robot: Any, grant: str) -> None:
    for client, secret in ((native, None), robot):
        answer = post("/auth/token", grant_type=grant, client_id=client.client_id, client_secret=secret, username="u")
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(
    ("parameter", "kind", "error"),
    [
        ("response_type", "response_types_supported", "unsupported_response_type"),
        ("response_mode", "response_modes_supported", "invalid_request"),
        ("code_challenge_method", "code_challenge_methods_supported", "invalid_request"),
        ("scope", "scopes_supported", "invalid_scope"),
    ],
)
def test_another_value_of_a_parameter_is_refused(
    browser: Client, native: Application, parameter: str, kind: str, error: str
) -> None:
    for value in NOT_OFFERED[kind]:
        answer = sent_back(ask(browser, native, **{parameter: value}))
        assert (value, answer["error"]) == (value, error)


def by_assertion(client: Application, code: str) -> Any:
    """private_key_jwt and client_secret_jwt."""
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return redeem(client, code, client_assertion="a.b.c", client_assertion_type=kind)


def by_address(client: Application, code: str) -> Any:
    sent = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER, "client_id": client.client_id}
    return post("/auth/token?client_secret=x", **sent)


@pytest.mark.parametrize("way", [by_assertion, by_address])
def test_another_way_of_client_authentication_is_refused(
    browser: Client, confidential: Any, way: Callable[[Application, str], Any]
) -> None:
    answer = way(confidential[0], decide(browser, confidential[0])["code"])
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_client", "invalid_request")


@pytest.mark.parametrize("endpoint", ["revocation", "introspection"])
def test_each_endpoint_takes_the_ways_it_announces_and_no_others(
    browser: Client, native: Application, confidential: Any, endpoint: str
) -> None:
    call = {"revocation": revoke_as, "introspection": introspect_as}[endpoint]
    answers = {
        "none": call(native, None, None),
        "client_secret_post": call(*confidential, None),
        "client_secret_basic": call(confidential[0], None, basic(confidential[0].client_id, confidential[1])),
    }
    works = {way for way, answer in answers.items() if answer.status_code == 200}
    assert works == set(metadata()[f"{endpoint}_endpoint_auth_methods_supported"])


def revoke_as(client: Application, secret: str | None, headers: Any) -> Any:
    return revoke(client, "x", client_secret=secret, headers=headers)


def introspect_as(client: Application, secret: str | None, headers: Any) -> Any:
    if headers:
        return post("/auth/introspect", headers, token="x")
    return introspect(client, secret, "x")
