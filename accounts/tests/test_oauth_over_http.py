"""Client libraries that nobody here wrote, over real HTTP, through the sign-in and consent pages a person sees."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from accounts.models import User
from accounts.oauth.clients import client_create, web_client_ensure
from conftest import PASSWORD
from crm.core.actor import Actor

REDIRECT = "http://127.0.0.1:49152/callback"
SCOPE = "customers:read deals:read deals:write"


class Form(HTMLParser):
    """The first form of a page that posts: its address and its filled fields."""

    def __init__(self, page: requests.Response) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.action, self.buttons = "", []
        form = re.search(r'<form[^>]*method="post".*?</form>', page.text, re.S)
        assert form, page.text
        self.feed(form.group())
        self.action = urljoin(page.url, self.action)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.action = unescape(found.get("action") or "")
        elif tag == "input" and found.get("name") and found.get("type") != "checkbox":
            self.fields[found["name"]] = found.get("value") or ""
        elif tag == "button" and found.get("name"):
            self.buttons.append((found["name"], found.get("value") or ""))


def person_allows(address: str, person: User) -> str:
    """Signs in, presses Allow; answers the address the browser is sent to."""
    with requests.Session() as browser:
        sign_in = Form(browser.get(address))
        consent = Form(browser.post(sign_in.action, sign_in.fields | {"login": person.email, "password": PASSWORD}))
        allow = next(button for button in consent.buttons if button[0] == "allow")
        answer = browser.post(consent.action, consent.fields | dict([allow]), allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def discover(server: Any, settings: Any) -> dict[str, Any]:
    settings.PUBLIC_URL = server.url
    return requests.get(f"{server.url}/.well-known/oauth-authorization-server").json()


def works_with_the_api(client: OAuth2Session, api: str, person: User) -> None:
    """Lists customers, creates a deal in the person's name, and may do no more than its scopes say."""
    assert client.get(f"{api}/customers").json()["results"] == []
    created = client.post(f"{api}/deals", json={"name": "First order", "amount": "1250.50"})
    assert created.status_code == 201, created.text
    assert (created.json()["owner"], created.json()["amount"]) == (str(person.pk), "1250.50")
    assert client.get(f"{api}/deals/{created.json()['id']}").json()["name"] == "First order"
    assert client.post(f"{api}/customers", json={"name": "Not allowed"}).status_code == 403


def flow(client: OAuth2Session, found: dict[str, Any], person: User) -> None:
    """Discovery to revocation, as the library does it."""
    pair = requests.post(found["issuer"] + "/auth/challenge").json()
    verifier = pair["code_verifier"]
    address, state = client.create_authorization_url(found["authorization_endpoint"], code_verifier=verifier)
    back = person_allows(address, person)
    token = client.fetch_token(
        found["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
    )
    assert set(token["scope"].split()) == set(SCOPE.split())
    assert client.get(found["userinfo_endpoint"]).json()["email"] == person.email
    works_with_the_api(client, found["issuer"] + "/api/v1", person)
    first = token["access_token"]
    renewed = client.refresh_token(found["token_endpoint"], refresh_token=token["refresh_token"])
    assert renewed["access_token"] != first
    assert client.get(found["userinfo_endpoint"]).status_code == 200
    assert client.revoke_token(found["revocation_endpoint"], token=renewed["refresh_token"]).status_code == 200
    assert client.get(found["userinfo_endpoint"]).status_code == 401
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(found["token_endpoint"], refresh_token=renewed["refresh_token"])


def test_authlib_as_a_public_client(transactional_db: Any, live_server: Any, settings: Any, owner: User) -> None:
    client_id = web_client_ensure(Actor.system("test")).client_id
    with OAuth2Session(client_id, scope=SCOPE, redirect_uri=REDIRECT, code_challenge_method="S256") as client:
        flow(client, discover(live_server, settings), owner)


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
def test_authlib_as_a_confidential_client(
    transactional_db: Any, live_server: Any, settings: Any, owner: User, way: str
) -> None:
    registered, secret = client_create(
        Actor.system("test"),
        name="Robot",
        client_type="confidential",
        redirect_uris=["http://127.0.0.1/callback"],
        scopes=SCOPE.split(),
    )
    with OAuth2Session(
        registered.client_id, secret, scope=SCOPE, redirect_uri=REDIRECT, code_challenge_method="S256",
        token_endpoint_auth_method=way, revocation_endpoint_auth_method=way,
    ) as client:  # fmt: skip
        flow(client, discover(live_server, settings), owner)
