"""An administrator makes a web form; a stranger on a phone, without scripts and cookies, fills it in and is a lead."""

import os
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.eyes import LOOKS, PHONE, Eyes
from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


def kept(page: Page, name: str) -> None:
    """Pictures for whoever wants to look: SCREENSHOTS names a folder."""
    if not (folder := os.environ.get("SCREENSHOTS")):
        return
    for scheme, size in LOOKS:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=f"{folder}/{name}-{scheme}-{size['width']}.png", full_page=True)


def test_one_is_made_and_a_stranger_fills_it_in(
    page: Page, eyes: Eyes, hands: Mouse, cast: Any, sign_in_as: Any, chromium: Browser
) -> None:
    eyes.expected.append("422")
    sign_in_as(cast("capture", hands))
    page.goto("/settings/lead-sources/")
    findings = hands.look(eyes, "no lead sources")
    hands.press(page.get_by_role("link", name="New web form").first)
    hands.write(page.locator("#id_name"), "Talk to us")
    hands.write(page.get_by_label("Thank-you text"), "We call you back.")
    hands.write(page.get_by_label("Consent, as it is asked for"), "Write to me about news.")
    page.get_by_label("Phone", exact=True).select_option("asked")
    findings += hands.look(eyes, "new web form")
    kept(page, "capture-new")
    hands.press(page.get_by_role("button", name="Save"))
    address = page.locator("#source-address").inner_text()
    findings += hands.look(eyes, "a web form")
    kept(page, "capture-detail")

    phone = chromium.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    stranger = phone.new_page()
    stranger.goto(address)
    stranger.get_by_label("Last name").fill("Byron")
    stranger.get_by_label("E-mail").fill("ada at engines")
    stranger.get_by_label("Write to me about news.").check()
    stranger.wait_for_timeout(2100)  # faster than that is a program
    stranger.get_by_role("button", name="Send").click()
    expect(stranger.get_by_text("Enter a valid email address.")).to_be_visible()
    expect(stranger.get_by_label("Last name")).to_have_value("Byron")
    stranger.get_by_label("E-mail").fill("ada@engines.example")
    stranger.get_by_role("button", name="Send").click()
    expect(stranger.get_by_text("We call you back.")).to_be_visible()
    assert phone.cookies() == []
    phone.close()

    page.reload()
    hands.press(page.locator("#rows").get_by_role("link").first)
    expect(page.get_by_role("link", name="Byron")).to_be_visible()
    findings += hands.look(eyes, "a submission")
    kept(page, "capture-submission")
    page.goto(address)
    findings += eyes.inspect("the form")
    kept(page, "capture-form")
    assert findings == [] and eyes.complaints() == []
