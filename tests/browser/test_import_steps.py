"""A file comes in: uploaded, its columns matched, its rows rehearsed, brought in, and taken back as a whole."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from crm.transfer.tests.workbook_files import DAY, number, text, workbook
from tests.browser.eyes import Eyes
from tests.browser.hands import DeskKeyboard, Keyboard, Mouse

pytestmark = pytest.mark.browser
ROWS = """Vorname,Surname,Email,Role
Otto,Known,otto@known.example,Director
Petra,Newcomer,petra@new.example,Buyer
Rolf,,not an address,Nobody
"""


def test_a_file_is_matched_rehearsed_brought_in_and_taken_back(
    page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(ROWS)
    sign_in_as(cast("import", hands))
    findings = [*upload(page, eyes, hands, file), *match(page, eyes, hands), *rehearse(page, eyes, hands)]
    findings += [*bring_in(page, eyes, hands), *take_back(page, eyes, hands)]
    assert not [*findings, *eyes.complaints()]


@pytest.mark.parametrize("hands", [DeskKeyboard, Keyboard], indirect=True)
def test_a_workbook_goes_the_whole_way_by_keyboard_alone(
    page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as, tmp_path: Path
) -> None:
    header, *rows = [[text(value) for value in line.split(",")] for line in ROWS.splitlines()]
    file = tmp_path / "people.xlsx"
    file.write_bytes(workbook([[*header, text("Birthdate")], *([*row, number("29343", DAY)] for row in rows)]))
    sign_in_as(cast("workbook", hands))
    findings = [*upload(page, eyes, hands, file), *match(page, eyes, hands), *rehearse(page, eyes, hands)]
    findings += bring_in(page, eyes, hands)
    result = page.url
    hands.press(page.get_by_role("link", name="See the imported records"))
    hands.press(page.get_by_role("link", name="Petra Newcomer"))
    expect(page.get_by_role("heading", name="Petra Newcomer")).to_be_visible()
    expect(page.get_by_text("2 May 1980")).to_be_visible()
    page.goto(result)
    findings += take_back(page, eyes, hands)
    assert not [*findings, *eyes.complaints()]


def upload(page: Page, eyes: Eyes, hands: Mouse, file: Path) -> list[str]:
    page.goto("/imports/")
    findings = hands.look(eyes, "imports")
    hands.press(page.get_by_role("link", name="Import a file").first)
    hands.give(page.locator("input[type=file]"), file)
    hands.choose(page.get_by_label("What it holds"), "Contacts")
    findings += hands.look(eyes, "upload")
    hands.press(page.get_by_role("button", name="Upload"))
    return findings


def match(page: Page, eyes: Eyes, hands: Mouse) -> list[str]:
    expect(page.get_by_role("heading", name="Columns:")).to_be_visible()
    hands.choose(page.get_by_role("combobox", name="Vorname"), "First name")
    hands.choose(page.get_by_role("combobox", name="Surname"), "Last name")
    hands.choose(page.get_by_role("combobox", name="Role"), "Job title")
    hands.choose(page.get_by_label("Records that are already here"), "Add new records and update existing ones")
    findings = hands.look(eyes, "columns")
    hands.press(page.get_by_role("button", name="Check the rows"))
    return findings


def rehearse(page: Page, eyes: Eyes, hands: Mouse) -> list[str]:
    """Nothing is stored yet: what would change, and what would stay out, is said."""
    change = page.locator("tr", has_text="Otto Known").filter(has_text="Director")
    expect(change).to_contain_text("Clerk")
    expect(page.get_by_text("Rows that will stay out")).to_be_visible()
    findings = hands.look(eyes, "rehearsal")
    hands.press(page.get_by_role("button", name="Start the import"))
    return findings


def bring_in(page: Page, eyes: Eyes, hands: Mouse) -> list[str]:
    expect(page.get_by_text("1 record came in.")).to_be_visible(timeout=20_000)
    findings = hands.look(eyes, "result")
    hands.press(page.get_by_role("link", name="See the imported records"))
    expect(page.get_by_role("link", name="Petra Newcomer")).to_be_visible()
    page.go_back()
    return findings


def take_back(page: Page, eyes: Eyes, hands: Mouse) -> list[str]:
    hands.press(page.get_by_role("button", name="Undo this import"))
    hands.press(page.get_by_role("alertdialog").get_by_role("button", name="Undo it"))
    expect(page.get_by_text("This import was undone: 1 records it created are gone")).to_be_visible(timeout=20_000)
    findings = hands.look(eyes, "undone")
    page.goto("/contacts/")
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    expect(page.locator("#rows")).to_contain_text("Otto Known")
    return findings
