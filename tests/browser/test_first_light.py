"""A sales team's first morning, in a real browser: import, find, convert, move by mouse and keyboard, look back."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.eyes import Eyes

pytestmark = pytest.mark.browser

HEADERS = [
    "Record ID",
    "First Name",
    "Last Name",
    "Email",
    "Phone Number",
    "Contact owner",
    "Lead Status",
    "Create Date",
]
BAD_ROWS = {
    17: {"Email": "no address at all"},
    101: {"Phone Number": "call me maybe"},
    250: {"First Name": "", "Last Name": "", "Email": ""},
    333: {"Last Name": "x" * 300},
    512: {"Email": "two@at@signs.example"},
    700: {"First Name": "Ring\x07ing"},
    999: {"Phone Number": "+1"},
}


def hubspot_row(number: int) -> dict[str, str]:
    return {
        "Record ID": f"{351_000_000_000 + number}",
        "First Name": f"Ilse{number}",
        "Last Name": f"Tarnow{number}",
        "Email": f"ilse.{number}@tarnow.example",
        "Phone Number": f"+49 40 {7_300_000 + number}",
        "Contact owner": "",
        "Lead Status": "Open",
        "Create Date": "2026-03-10 10:00",
        **BAD_ROWS.get(number, {}),
    }


@pytest.fixture
def hubspot_export(tmp_path: Path) -> Path:
    path = tmp_path / "hubspot-contacts.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADERS)
        writer.writeheader()
        writer.writerows(hubspot_row(number) for number in range(1, 1001))
    return path


def column(page: Page, stage: str) -> Locator:
    return page.locator("[data-stage]").filter(has=page.get_by_role("heading", name=re.compile(f"^{stage}")))


def card(where: Page | Locator, deal: str) -> Locator:
    return where.locator("[data-card]").filter(has_text=deal)


def import_contacts(page: Page, export: Path) -> None:
    page.get_by_role("link", name="Imports").first.click()
    page.get_by_role("link", name=re.compile("Import a file|New import")).first.click()
    page.locator("input[type=file]").set_input_files(export)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text(re.compile("columns: ", re.I))).to_be_visible()
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_role("button", name=re.compile("Import|Start")).last.click(timeout=30_000)
    expect(page.get_by_text("993 records came in.")).to_be_visible(timeout=60_000)


def drag(page: Page, what: Locator, where: Locator) -> None:
    """As a hand does it: press, move a little, move there in steps, let go."""
    start, end = what.bounding_box(), where.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 60, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 30, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 90, steps=12)
    page.mouse.up()


def test_the_first_morning(page: Page, eyes: Eyes, sign_in_as: Callable[[str], None], hubspot_export: Path) -> None:
    sign_in_as("rep@demo.example")

    import_contacts(page, hubspot_export)
    expect(page.get_by_role("row").filter(has_text="Failed")).to_have_count(len(BAD_ROWS))

    # One of them by a fragment of the phone number, as it is written on a card
    page.goto("/contacts/")
    page.keyboard.press("/")
    page.keyboard.type("040 7300 421")
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="Ilse421 Tarnow421")).to_be_visible()

    # A lead of her own becomes customer, contact and deal
    page.goto("/leads/new/")
    for label, value in (("First name", "Greta"), ("Last name", "Olden"), ("Company", "Olden Mills")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("E-mail", exact=True).fill("greta@oldenmills.example")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Convert").first.click()
    page.get_by_label(re.compile("Deal name|Name of the deal")).fill("Olden Mills – first order")
    page.get_by_label("Amount").fill("12500")
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Olden Mills")

    # Across the board, by mouse
    page.goto("/deals/board/")
    deal = "Olden Mills – first order"
    drag(page, card(column(page, "Prospecting"), deal), column(page, "Qualification"))
    expect(card(column(page, "Qualification"), deal)).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.reload()
    expect(card(column(page, "Qualification"), deal)).to_be_visible()

    # and by keyboard
    card(page, deal).focus()
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(card(column(page, "Proposal"), deal)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Proposal").first).to_be_visible()
    page.reload()
    expect(card(column(page, "Proposal"), deal)).to_be_visible()

    # Every step is in the deal's timeline
    expect(page.locator(".is-saving")).to_have_count(0)
    card(page, deal).get_by_role("link", name=deal).click()
    timeline = page.locator("#timeline")
    for step in ("Qualification", "Proposal"):
        expect(timeline).to_contain_text(step)

    # and in the trail
    page.goto("/audit/")
    trail = page.locator("main")
    for step in ("deal", "lead", "import"):
        expect(trail).to_contain_text(re.compile(step, re.I))
    assert eyes.complaints() == []


PAGES = [
    "/",
    "/customers/",
    "/customers/new/",
    "/contacts/",
    "/contacts/new/",
    "/leads/",
    "/leads/new/",
    "/deals/",
    "/deals/board/",
    "/deals/new/",
    "/activities/",
    "/activities/new/",
    "/imports/",
    "/imports/new/",
    "/audit/",
    "/search/?q=an",
    "/accounts/password/change/",
    "/no-such-page/",
]
DETAILS = ["/customers/", "/contacts/", "/leads/", "/deals/"]
OVERSIGHT = [
    "/audit/analytics/",
    "/audit/seals/",
    "/compliance/",
    "/compliance/processing/",
    "/compliance/reports/",
    "/compliance/reports/permission-changes/",
    "/compliance/retention/",
    "/compliance/reviews/new/",
    "/compliance/subjects/",
    "/compliance/subjects/new/",
    "/security/",
    "/security/alerts/",
    "/security/canaries/",
    "/security/events/",
    "/security/rules/",
]


def test_no_page_has_a_serious_finding(page: Page, eyes: Eyes, sign_in_as: Callable[[str], None]) -> None:
    eyes.expected.append("404 (Not Found)")
    sign_in_as("manager@demo.example")
    findings = []
    for path in PAGES:
        page.goto(path)
        findings += eyes.inspect(path)
    for path in DETAILS:
        page.goto(path)
        page.locator("#rows tbody tr .cell-title a").first.click()
        page.wait_for_load_state("networkidle")
        findings += eyes.inspect(f"{path}…")
    assert not findings, "\n".join(findings)
    assert eyes.complaints() == []


def test_no_page_of_oversight_has_a_serious_finding(page: Page, eyes: Eyes, sign_in_as: Callable[[str], None]) -> None:
    sign_in_as("superadmin@demo.example")
    findings = []
    for path in OVERSIGHT:
        page.goto(path)
        findings += eyes.inspect(path)
    assert not findings, "\n".join(findings)
    assert eyes.complaints() == []


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/"])
def test_the_doors_have_no_serious_finding(path: str, page: Page, eyes: Eyes) -> None:
    page.goto(path)
    assert eyes.inspect(path) == []
    assert eyes.complaints() == []


def test_the_administration_has_no_serious_finding(page: Page, eyes: Eyes, sign_in_as: Callable[[str], None]) -> None:
    sign_in_as("superadmin@demo.example")
    findings = []
    for path in ("/admin/", "/admin/customers/customer/", "/admin/deals/deal/", "/admin/auditlog/auditevent/"):
        page.goto(path)
        findings += eyes.inspect(path)
    assert not findings, "\n".join(findings)
    assert eyes.complaints() == []
