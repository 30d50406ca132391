"""From the invitation to the first page: by the link in the mail, past the strength meter, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes

pytestmark = pytest.mark.browser
NEW = "nora.klein@demo.example"


def link_from_mail(log: Path) -> str:
    """The console's mail backend writes into the server's log."""
    return re.findall(r"https?://[^/\s]+(/accounts/invitation/[\w-]+/)", log.read_text())[-1]


def test_from_the_mail_to_the_first_page(
    page: Page, eyes: Eyes, sign_in_as: Callable[[str], None], served_folder: Path
) -> None:
    sign_in_as("superadmin@demo.example")
    page.goto("/settings/invitations/")
    page.get_by_label("E-mail *").fill(NEW)
    page.get_by_label("Role").select_option(label="Sales representative")
    page.get_by_label("North").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("row").filter(has_text=NEW)).to_be_visible()
    findings = eyes.inspect("/settings/invitations/")
    page.goto("/settings/passwords/")
    findings += eyes.inspect("/settings/passwords/")
    link = link_from_mail(served_folder / "server.log")

    page.context.clear_cookies()
    page.goto(link)
    page.get_by_label("Your name").fill("Nora Klein")
    password = page.get_by_label("New password")
    meter, length, person = (
        page.get_by_role("meter"),
        page.locator("[data-rule=length]"),
        page.locator("[data-rule=similar]"),
    )
    password.fill("Nora-1")
    strength = page.locator("[data-strength-word]")
    expect(strength).to_have_text(re.compile("^(Very weak|Weak)$"))
    expect(length).to_have_attribute("data-met", "no")
    expect(person).to_have_attribute("data-met", "no")
    password.fill("Copper-kettle-91")
    expect(strength).to_have_text("Very strong")
    expect(meter).to_have_js_property("value", 4)
    expect(length).to_have_attribute("data-met", "yes")
    expect(person).to_have_attribute("data-met", "yes")
    findings += eyes.inspect("/accounts/invitation/…/")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    page.context.clear_cookies()
    eyes.expected.append("404 (Not Found)")
    page.goto(link)
    expect(page.get_by_role("heading", name="This invitation no longer works")).to_be_visible()
    findings += eyes.inspect("a used invitation")
    assert not findings, "\n".join(findings)
    assert eyes.complaints() == []


def test_the_door_works_without_the_script(page: Page, sign_in_as: Callable[[str], None]) -> None:
    """The meter's script is kept away; the rules stand there, and the server decides."""
    page.route("**/js/password.js", lambda route: route.abort())
    sign_in_as("readonly@demo.example")
    page.goto("/accounts/password/change/")
    expect(page.get_by_text("At least 12 characters")).to_be_visible()
    expect(page.get_by_role("meter")).to_be_hidden()
    page.get_by_label("Current password").fill("Demo-Lantern-42")
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_label("New password, once more").fill("short")
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_text("Use at least 12 characters; this one has 5.")).to_be_visible()
