"""One row feeds several records: a sheet comes in and is taken back; a row that cannot is told. By mouse and keys."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deals.tests.sheet_files import FULL, row, sheet
from tests.browser.eyes import Eyes
from tests.browser.hands import Keyboard, Mouse

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("hands", [Mouse, Keyboard], indirect=True)
def test_a_sheet_makes_a_customer_a_person_a_deal_an_activity_and_a_note(
    page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as, tmp_path: Path
) -> None:
    file = tmp_path / "pipedrive.csv"
    file.write_text(sheet(FULL, row(org="Broken Ltd", deal="Nothing", value="a lot")))
    sign_in_as(cast("sheet", hands))
    page.goto("/imports/new/")
    hands.give(page.locator("input[type=file]"), file)
    hands.press(page.get_by_role("button", name="Upload"))
    expect(page.get_by_role("heading", name="Columns:")).to_be_visible()
    findings = hands.look(eyes, "sheet-columns")
    hands.press(page.get_by_role("button", name="Check the rows"))
    expect(page.get_by_text("Rows that will stay out")).to_be_visible()
    findings += hands.look(eyes, "sheet-rehearsal")
    hands.press(page.get_by_role("button", name="Start the import"))
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible(timeout=20_000)
    findings += hands.look(eyes, "sheet-result")
    result = page.url
    page.goto("/customers/?search=berg")
    hands.press(page.get_by_role("link", name="Berg AB").first)
    for shown in ("Anna Lena Berg", "Roof", "Call back"):
        expect(page.get_by_text(shown).first).to_be_visible()
    page.goto(result)
    hands.press(page.get_by_role("button", name="Undo this import"))
    hands.press(page.get_by_role("alertdialog").get_by_role("button", name="Undo it"))
    expect(page.get_by_text("This import was undone")).to_be_visible(timeout=20_000)
    page.goto("/search/?q=berg")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    assert not [*findings, *eyes.complaints()]
