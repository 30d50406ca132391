"""An administrator asks for a backup and has it proved; the threads of the server do both, as they do for real."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes

pytestmark = pytest.mark.browser
PATIENCE = 60_000  # ms: a restore into a scratch database takes some seconds, more beside other tests


def test_a_backup_is_asked_for_made_and_verified(page: Page, eyes: Eyes, sign_in_as: Callable[[str], None]) -> None:
    sign_in_as("superadmin@demo.example")
    page.goto("/settings/backups/")
    page.get_by_role("button", name="Back up now").click()
    expect(page.get_by_text("A backup is made in a moment")).to_be_visible()

    def shows(text: str) -> None:
        """Looks again, as a person would."""
        row = page.locator("tbody tr").first
        for _ in range(PATIENCE // 1000):
            if text in row.inner_text():
                return
            page.wait_for_timeout(1000)
            page.reload()
        expect(row).to_contain_text(text)

    shows("Done")
    page.get_by_role("button", name="Verify").first.click()
    expect(page.get_by_text("restored into a scratch database")).to_be_visible()
    shows("verified")
    expect(page.get_by_text("restored and compared")).to_be_visible()
    assert eyes.inspect("backups") == [] and eyes.complaints() == []
