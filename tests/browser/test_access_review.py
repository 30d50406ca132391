"""A reviewer's round in the browser: keep one, take it back, revoke another with a reason, keep the place."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.eyes import Eyes

pytestmark = pytest.mark.browser
# Loses a role on the shared server, so that nobody else's test may sign in as this person.
REVOKED = "support@demo.example"


def test_what_a_person_has_is_kept_or_revoked(page: Page, eyes: Eyes, sign_in_as) -> None:
    sign_in_as("superadmin@demo.example")
    page.goto("/compliance/reviews/")
    page.get_by_role("link", name="Quarterly access review").click()
    page.get_by_label("Search", exact=True).fill(REVOKED)
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(3)

    keep(page, rows.filter(has_text="South"))
    revoke(page, rows.filter(has_text="Role"))
    assert eyes.inspect("review") == []

    rows.filter(has_text="Role").get_by_role("link").click()
    expect(page.get_by_text("Moved to another company.")).to_be_visible()
    assert eyes.inspect("item") == []
    assert eyes.complaints() == []


def keep(page: Page, row: Locator) -> None:
    row.get_by_role("button", name="Keep").click()
    expect(page).to_have_url(re.compile("search=support"))
    expect(row.get_by_text("Kept")).to_be_visible()
    row.get_by_role("button", name="Take back").click()
    expect(row.get_by_text("Not decided")).to_be_visible()


def revoke(page: Page, row: Locator) -> None:
    """Without a reason nothing happens but being asked for one."""
    row.get_by_role("checkbox").check()
    bar = page.locator("[data-bulk-bar]")
    expect(bar.get_by_text("1 selected")).to_be_visible()
    reason = bar.get_by_label("Why is it revoked?")
    bar.get_by_role("button", name="Revoke").click()
    expect(reason).to_be_focused()
    reason.fill("Moved to another company.")
    bar.get_by_role("button", name="Revoke").click()
    page.locator("dialog[open]").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("1 item was decided.")).to_be_visible()
    expect(row.get_by_text("Revoked")).to_be_visible()
