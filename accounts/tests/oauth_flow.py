"""What a client does, step by step, for the tests of the OAuth server."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

from accounts.models import Application

REDIRECT = "http://127.0.0.1:53682/callback"
VERIFIER = secrets.token_urlsafe(48)
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def request_for(client: Application, **changes: Any) -> dict[str, str]:
    """An authorization request that is all right; a change to None leaves the parameter out."""
    sent = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": REDIRECT,
        "scope": "customers:read deals:write",
        "state": "st4te",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (sent | changes).items() if value is not None}


def ask(browser: Client, client: Application, **changes: Any) -> Any:
    return browser.get(f"/auth/authorize?{urlencode(request_for(client, **changes))}")


def decide(browser: Client, client: Application, allow: str = "Authorize", **changes: Any) -> dict[str, str]:
    """Presses a button of the consent page; answers the parameters sent back to the client."""
    response = browser.post("/auth/authorize", request_for(client, **changes) | ({"allow": allow} if allow else {}))
    assert response.status_code == 302, response.content
    return sent_back(response)


def sent_back(response: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def redeem(client: Application, issued: str, /, **changes: Any) -> Any:
    sent = {
        "grant_type": "authorization_code",
        "client_id": client.client_id,
        "code": issued,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    return post("/auth/token", **(sent | changes))


def by_itself(client: Application, secret: str | None, /, **changes: Any) -> Any:
    sent = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret}
    return post("/auth/token", **(sent | changes))


def refresh(client: Application, issued: str, /, **changes: Any) -> Any:
    return post("/auth/refresh", **({"client_id": client.client_id, "refresh_token": issued} | changes))


def revoke(client: Application, issued: str, /, **changes: Any) -> Any:
    return post("/auth/revoke", **({"client_id": client.client_id, "token": issued} | changes))


def post(address: str, headers: dict[str, str] | None = None, **sent: Any) -> Any:
    body = urlencode({name: value for name, value in sent.items() if value is not None})
    return Client().post(address, body, content_type="application/x-www-form-urlencoded", headers=headers)


def userinfo(token: str) -> Any:
    return Client().get("/auth/userinfo", headers={"Authorization": f"Bearer {token}"})


def tokens_for(browser: Client, client: Application, **changes: Any) -> dict[str, Any]:
    """The whole flow: consent, code, tokens."""
    answer = redeem(client, decide(browser, client, **changes)["code"])
    assert answer.status_code == 200, answer.content
    return answer.json()
