"""A key's life, as clicked: made, copied, used over HTTP, revoked, refused."""

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.eyes import PHONE, Eyes

pytestmark = pytest.mark.browser


def test_a_key_is_made_copied_used_and_revoked(
    page: Page, eyes: Eyes, address: str, sign_in_as: Callable[[str], None]
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    sign_in_as("rep@demo.example")
    page.goto("/accounts/api-keys/")
    page.get_by_role("link", name=re.compile("New key|Make a key")).first.click()
    expect(page.get_by_label("Name")).to_be_visible()
    findings = eyes.inspect("new key")
    page.get_by_label("Name").fill("Nightly export")
    page.locator("input[value='customers:read']").check()
    page.get_by_role("button", name="Make the key").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    page.mouse.move(0, 0)
    findings += eyes.inspect("issued key")
    key = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"crm_live_[0-9A-Za-z]{46}", key)

    def status(path: str) -> int:
        return requests.get(f"{address}/api/v1/{path}", headers={"X-API-Key": key}, timeout=20).status_code

    assert (status("customers"), status("deals")) == (200, 403)
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_text("from 127.0.0.1")).to_be_visible()
    assert key not in page.content()
    findings += eyes.inspect("one key")
    page.get_by_role("button", name="Revoke").click()
    page.locator("#confirm [data-confirm-yes]").click()
    expect(page.get_by_text("no longer works")).to_be_visible()
    assert status("customers") == 401
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/accounts/api-keys/")
    expect(page.get_by_role("link", name="API keys")).to_be_in_viewport(ratio=0.9)
    findings += eyes.inspect("keys")
    assert not findings, "\n".join(findings)
    assert eyes.complaints() == []
