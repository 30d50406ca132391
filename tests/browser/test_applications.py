"""An administrator registers a program; a person allows another one and takes it back. As clicked."""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes

pytestmark = pytest.mark.browser

LEFT_EDGES = "rows => new Set(rows.map(row => row.getBoundingClientRect().left)).size"


def test_a_program_is_registered_its_secret_shown_once_and_renewed(
    page: Page, eyes: Eyes, address: str, sign_in_as: Callable[[str], None]
) -> None:
    sign_in_as("admin@demo.example")
    page.goto("/settings/applications/")
    page.get_by_role("link", name="New application").click()
    expect(page.get_by_label("Role of its account")).to_be_visible()
    assert page.eval_on_selector_all(".scopes > div", LEFT_EDGES) == 1  # one resource below the other
    page.get_by_label("Name").fill("Night shift")
    page.get_by_label("Role of its account").select_option(label="Sales representative")
    page.get_by_label("North").check()
    page.locator("input[value='customers:read']").check()
    page.get_by_role("button", name="Save").click()
    client_id = page.get_by_label("Client id", exact=True).input_value()
    first = page.get_by_label("Client secret", exact=True).input_value()
    assert eyes.inspect("the secret") == []
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("link", name="Rotate secret")).to_be_visible()
    assert first not in page.content()
    page.get_by_role("link", name="Rotate secret").click()
    page.get_by_role("button", name="Make a new secret").click()
    second = page.get_by_label("Client secret", exact=True).input_value()
    for secret in (first, second):
        sent = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        assert requests.post(f"{address}/auth/token", data=sent, timeout=10).status_code == 200
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("Old secret")).to_be_visible()
    assert eyes.inspect("the program") == []
    assert eyes.complaints() == []


def test_a_person_sees_what_they_allowed_and_ends_it(
    page: Page, eyes: Eyes, address: str, sign_in_as: Callable[[str], None]
) -> None:
    sign_in_as("rep@demo.example")
    token = allowed_token(page, address)
    headers = {"Authorization": f"Bearer {token}"}
    assert requests.get(f"{address}/auth/userinfo", headers=headers, timeout=10).status_code == 200
    page.goto("/accounts/applications/")
    expect(page.get_by_role("heading", name="Vouch web app")).to_be_visible()
    assert eyes.inspect("applications") == []
    page.get_by_role("button", name="End access of Vouch web app").click()
    page.get_by_role("alertdialog").get_by_role("button", name=re.compile("Continue|End")).click()
    expect(page.get_by_text("No program acts for you", exact=True)).to_be_visible()
    assert requests.get(f"{address}/auth/userinfo", headers=headers, timeout=10).status_code == 401


class Program(BaseHTTPRequestHandler):
    """Where the browser is sent back to: a page that fails to load would come between it and where it goes next."""

    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def allowed_token(page: Page, address: str) -> str:
    """The consent page, pressed."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Program) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        token = redeemed_token(page, address, f"http://127.0.0.1:{server.server_address[1]}/callback")
        server.shutdown()
    return token


def redeemed_token(page: Page, address: str, callback: str) -> str:
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    sent = {"client_id": "crm_web_app", "redirect_uri": callback}
    asked = {
        **sent,
        "response_type": "code",
        "scope": "customers:read",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    page.goto(f"/auth/authorize?{urlencode(asked)}")
    with page.expect_request(re.compile(re.escape(callback))) as request, page.expect_response(f"{callback}**"):
        page.get_by_role("button", name="Allow").click()
    code = parse_qs(urlsplit(request.value.url).query)["code"][0]
    redeemed = {**sent, "grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    token: str = requests.post(f"{address}/auth/token", data=redeemed, timeout=10).json()["access_token"]
    return token
