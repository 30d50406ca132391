"""What a client finds out by itself: metadata that keeps its word, PKCE pairs, and who a token speaks for."""

import base64
import hashlib
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Application, User
from accounts.tests.oauth_flow import decide, post, redeem, tokens_for, userinfo
from crm.core.permissions import PERMISSIONS

pytestmark = pytest.mark.django_db

ADDRESSES = ["/.well-known/oauth-authorization-server", "/auth/.well-known/oauth-authorization-server"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_metadata_lists_what_works_and_only_that(address: str) -> None:
    found = Client().get(address).json()
    assert found["issuer"] == settings.PUBLIC_URL
    assert found["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    assert found["response_types_supported"] == ["code"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert set(found["scopes_supported"]) == PERMISSIONS
    assert "registration_endpoint" not in found
    assert "jwks_uri" not in found
    assert Client().head(address).status_code == 200
    assert Client().post(address)["Allow"] == "GET, HEAD"


def test_every_endpoint_of_the_metadata_answers() -> None:
    found = Client().get(ADDRESSES[0]).json()
    endpoints = {name: url for name, url in found.items() if name.endswith("_endpoint")}
    assert len(endpoints) == 5
    for url in endpoints.values():
        assert url.startswith(settings.PUBLIC_URL + "/auth/")
        assert Client().get(url.removeprefix(settings.PUBLIC_URL)).status_code in (400, 401, 405)


def test_every_way_of_client_authentication_of_the_metadata_works(
    browser: Client, native: Application, confidential: Any
) -> None:
    client, secret = confidential
    header = "Basic " + base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
    ways = {
        "none": redeem(native, decide(browser, native)["code"]),
        "client_secret_post": redeem(client, decide(browser, client)["code"], client_secret=secret),
        "client_secret_basic": redeem(client, decide(browser, client)["code"], headers={"Authorization": header}),
    }
    assert set(ways) == set(Client().get(ADDRESSES[0]).json()["token_endpoint_auth_methods_supported"])
    assert all(answer.status_code == 200 for answer in ways.values())


def test_a_challenge_is_fresh_and_fits_its_verifier() -> None:
    first, second = (post("/auth/challenge") for _ in range(2))
    pair = first.json()
    digest = hashlib.sha256(pair["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == pair["code_challenge"]
    assert pair["code_challenge_method"] == "S256"
    assert 43 <= len(pair["code_verifier"]) <= 128
    assert pair != second.json()
    assert first["Cache-Control"] == "no-store"


def test_userinfo_says_who_and_how_far(browser: Client, owner: User, north: Any, native: Application) -> None:
    response = userinfo(tokens_for(browser, native, scope="customers:read audit:manage")["access_token"])
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "sub": str(owner.pk),
        "email": "owner@north.example",
        "name": "Olive Owner",
        "role": "sales_rep",
        "teams": [{"id": str(north.pk), "name": "North"}],
        "scopes": ["customers:read"],
    }


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x", "Bearer " + "x" * 5000, "Basic eDp5", "x", "Bearer a b"]
)
def test_a_bad_token_is_a_401_as_rfc_6750_says(db: Any, header: str) -> None:
    response = Client().get("/auth/userinfo", headers={"Authorization": header})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="vouch", error="invalid_token"'
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"


def test_without_a_token_the_challenge_names_no_error(browser: Client) -> None:
    for client in (browser, Client()):
        response = client.get("/auth/userinfo")
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == 'Bearer realm="vouch"'


def test_a_token_in_the_address_or_the_body_is_not_read(browser: Client, native: Application) -> None:
    token = tokens_for(browser, native)["access_token"]
    assert Client().get(f"/auth/userinfo?access_token={token}").status_code == 401
    assert Client().get(f"/api/v1/customers?access_token={token}").status_code == 401


def test_a_token_opens_the_api_with_its_scopes_only(browser: Client, native: Application) -> None:
    headers = {"Authorization": f"Bearer {tokens_for(browser, native, scope='deals:read')['access_token']}"}
    assert Client().get("/api/v1/customers", headers=headers).status_code == 403
    token = tokens_for(browser, native, scope="customers:read")["access_token"]
    assert Client().get("/api/v1/customers", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_bad_token_never_falls_back_on_the_session(browser: Client) -> None:
    assert browser.get("/api/v1/customers", headers={"Authorization": "Bearer x"}).status_code == 401
