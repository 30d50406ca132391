"""What a list shows becomes a file: columns chosen and ordered, written, fetched, and deleted."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes
from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


def test_a_filtered_list_becomes_a_file_in_the_chosen_order(
    page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as
) -> None:
    sign_in_as(cast("export", hands))
    page.goto("/customers/?search=quay")
    expect(page.locator("#rows tbody tr")).to_have_count(5)
    hands.press(page.get_by_role("link", name="Export", exact=True))
    expect(page.get_by_text("5 records")).to_be_visible()
    findings = hands.look(eyes, "order")
    hands.press(page.get_by_role("button", name="Move Status up"))
    hands.press(page.get_by_role("button", name="Export", exact=True))
    expect(page.get_by_role("link", name="Download", exact=True)).to_be_visible(timeout=20_000)
    findings += hands.look(eyes, "export")
    with page.expect_download() as download:
        hands.press(page.get_by_role("link", name="Download", exact=True))
    rows = list(csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert len(rows) == 6 and any("Quay 3" in row for row in rows)
    hands.press(page.get_by_role("button", name="Delete", exact=True))
    hands.press(page.get_by_role("alertdialog").get_by_role("button", name="Delete", exact=True))
    expect(page.get_by_text("Nothing exported yet")).to_be_visible()
    assert not [*findings, *hands.look(eyes, "exports"), *eyes.complaints()]
