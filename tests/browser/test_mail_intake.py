"""A mailbox is named and asked for proof; a person makes an address for copies and a new one instead."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes

pytestmark = pytest.mark.browser


def test_a_mailbox_is_named_and_has_to_prove_itself(page: Page, eyes: Eyes, sign_in_as) -> None:
    sign_in_as("superadmin@demo.example")
    page.goto("/settings/mailboxes/")
    assert eyes.inspect("mailboxes") == []
    page.get_by_role("link", name="New mailbox").first.click()
    page.get_by_label("Address").fill("crm@vouch.example")
    page.get_by_label("IMAP server").fill("10.0.0.1")
    eyes.expected.append("422")
    page.get_by_label("User name").fill("crm")
    page.get_by_label("Password").fill("Lantern-in-a-mailbox-7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Use an address on the public internet.").first).to_be_visible()
    assert eyes.inspect("mailbox form") == []
    page.get_by_label("IMAP server").fill("imap.vouch.example")
    page.get_by_label("Password").fill("Lantern-in-a-mailbox-7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Last proved message")).to_be_visible()
    page.get_by_role("button", name="Prove it now").click()
    expect(page.get_by_text("one is on its way")).to_be_visible()
    assert eyes.inspect("mailbox") == []

    page.goto("/letters/")
    page.get_by_role("button", name="Make an address").click()
    before = page.get_by_label("Address", exact=True).input_value()
    assert before.startswith("crm+") and before.endswith("@vouch.example")
    page.get_by_role("button", name="Make a new one…").click()
    page.locator("dialog[open]").get_by_role("button", name="Make a new one").click()
    expect(page.get_by_label("Address", exact=True)).not_to_have_value(before)
    assert eyes.inspect("letters") == [] and eyes.complaints() == []
