"""Mails in the browser: each template is drawn in light and dark, changed, tried; the queue is held back and let go."""

import pytest
from playwright.sync_api import Page, expect

from crm.outbox.mail_kinds import KINDS
from tests.browser.eyes import Eyes

pytestmark = pytest.mark.browser
LEAST = 5_000  # bytes of a picture that is not blank


def test_each_template_is_drawn_in_light_and_dark(page: Page, eyes: Eyes, sign_in_as) -> None:
    sign_in_as("superadmin@demo.example")
    for name in KINDS:
        page.goto(f"/settings/emails/templates/{name}/")
        frame = page.frame_locator("iframe[name=preview]")
        expect(frame.locator(".mail-brand")).to_have_text("Vouch")
        light = page.locator("iframe").screenshot()
        page.get_by_role("button", name="Dark", exact=True).click()
        expect(frame.locator("body")).to_have_css("background-color", "rgb(18, 20, 27)")
        dark = page.locator("iframe").screenshot()
        assert min(len(light), len(dark)) > LEAST and light != dark, name
    assert eyes.complaints() == []


def test_a_template_is_changed_with_its_preview_beside_it(page: Page, eyes: Eyes, sign_in_as) -> None:
    sign_in_as("superadmin@demo.example")
    page.goto("/settings/emails/templates/")
    assert eyes.inspect("templates") == []
    page.get_by_role("link", name="Welcome").click()
    expect(page.get_by_label("Subject", exact=False).first).to_be_visible()
    assert eyes.inspect("template") == []
    page.get_by_label("HTML").fill("<p>Servus, {{ name }}</p>")
    page.get_by_role("button", name="Light", exact=True).click()
    expect(page.frame_locator("iframe").get_by_text("Servus, Olive Owner")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("the next mail of this kind has these words")).to_be_visible()
    page.get_by_role("button", name="As shipped").click()
    page.locator("dialog[open]").get_by_role("button", name="Put them back").click()
    expect(page.get_by_label("HTML")).to_have_value(str(KINDS["welcome"].html))
    assert eyes.complaints() == []


def test_the_queue_is_held_back_and_let_go(page: Page, eyes: Eyes, sign_in_as) -> None:
    sign_in_as("superadmin@demo.example")
    page.goto("/settings/emails/")
    page.get_by_role("button", name="Pause").click()
    page.locator("dialog[open]").get_by_label("Why").fill("a new server")
    page.locator("dialog[open]").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("a new server", exact=False)).to_be_visible()
    assert eyes.inspect("queue") == []
    page.get_by_role("button", name="Let it go on").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.goto("/settings/emails/suppressed/")
    assert eyes.inspect("suppressed") == []
    assert eyes.complaints() == []
