"""A webhook is made, its secret seen once, tested against a real receiver, and tells of what happens then."""

import os

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook as Verifier

from tests.browser.eyes import LOOKS, Eyes
from tests.browser.hands import Mouse
from tests.receiver import receiving

pytestmark = pytest.mark.browser


def kept(page: Page, name: str) -> None:
    """Pictures for whoever wants to look: SCREENSHOTS names a folder."""
    if not (folder := os.environ.get("SCREENSHOTS")):
        return
    for scheme, size in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=f"{folder}/{name}-{scheme}-{size['width']}.png", full_page=True)


def test_one_is_made_tested_and_told(page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("webhooks", hands))
    with receiving() as receiver:
        page.goto("/settings/webhooks/")
        expect(page.get_by_text("No webhooks yet")).to_be_visible()
        findings = hands.look(eyes, "no webhooks")
        hands.press(page.get_by_role("link", name="New webhook").first)
        hands.write(page.get_by_label("Name"), "Warehouse")
        hands.write(page.get_by_label("URL"), receiver.url)
        hands.tick(page.get_by_role("group", name="Customer", exact=True).get_by_label("everything"))
        findings += hands.look(eyes, "new webhook")
        kept(page, "webhook-new")
        hands.press(page.get_by_role("button", name="Save"))
        secret = page.get_by_label("Secret", exact=True).input_value()
        assert secret.startswith("whsec_")
        findings += hands.look(eyes, "secret")
        kept(page, "webhook-secret")

        hands.press(page.get_by_role("link", name="Done"))
        hands.press(page.get_by_role("button", name="Send a test"))
        expect(page.get_by_role("status").get_by_text("Sent")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("heading", name="Try 1")).to_be_visible()
        Verifier(secret).verify(receiver.got[0].body, receiver.got[0].headers)
        findings += hands.look(eyes, "a test that went well")
        kept(page, "webhook-delivery")

        receiver.answering((500, {}, b"out of order"))
        page.goto("/customers/new/")
        hands.write(page.locator("#id_name"), "Harbour Mills")
        hands.press(page.get_by_role("button", name="Save"))
        page.wait_for_url("**/customers/*-*/")
        page.goto("/settings/webhooks/")
        hands.press(page.get_by_role("link", name="Warehouse"))
        expect(page.get_by_role("link", name="customer.created")).to_be_visible()
        expect(page.locator("#rows tbody tr")).to_have_count(2)
        findings += hands.look(eyes, "deliveries")
        kept(page, "webhook-detail")
        page.goto("/settings/webhooks/")
        findings += hands.look(eyes, "webhooks")
        kept(page, "webhook-list")
    assert not [*findings, *eyes.complaints()]
