"""A contract on the page of a customer: uploaded, verified, replaced by a newer version, and downloaded as it was."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes
from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


def test_a_document_is_added_verified_replaced_and_fetched(
    page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as, tmp_path: Path
) -> None:
    first, second = tmp_path / "contract.txt", tmp_path / "contract-2.txt"
    first.write_text("The first wording.\n")
    second.write_text("The second wording.\n")
    sign_in_as(cast("documents", hands))
    page.goto("/customers/")
    hands.press(page.get_by_role("link", name="Harbour Works").first)
    findings = [*upload(page, eyes, hands, first), *verify(page, eyes, hands), *replace(page, eyes, hands, second)]
    for number, file in ((1, first), (2, second)):
        with page.expect_download() as download:
            hands.press(page.locator(f"a[href*='download/?number={number}']"))
        assert Path(download.value.path()).read_text() == file.read_text()
    assert not [*findings, *eyes.complaints()]


def upload(page: Page, eyes: Eyes, hands: Mouse, file: Path) -> list[str]:
    card = page.locator("[data-documents]")
    hands.press(card.locator("summary"))
    findings = hands.look(eyes, "upload")
    hands.give(card.get_by_label("File"), file)
    hands.write(card.get_by_label("Title"), "Master agreement")
    hands.choose(card.locator("#id_document_type"), "Contract")
    hands.press(card.get_by_role("button", name="Upload"))
    expect(page.get_by_text("Master agreement was added.")).to_be_visible()
    hands.press(card.get_by_role("link", name="Master agreement"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Master agreement")
    return findings


def verify(page: Page, eyes: Eyes, hands: Mouse) -> list[str]:
    expect(page.locator(".page-header").get_by_text("Pending")).to_be_visible()
    hands.tick(page.get_by_label("Verified"))
    hands.write(page.get_by_label("Reason"), "Signed by both.")
    hands.press(page.get_by_role("button", name="Note the verdict"))
    expect(page.locator(".page-header").get_by_text("Verified")).to_be_visible()
    return hands.look(eyes, "verified")


def replace(page: Page, eyes: Eyes, hands: Mouse, file: Path) -> list[str]:
    """A newer version is to be verified anew."""
    hands.press(page.get_by_text("Upload a new version"))
    hands.give(page.get_by_label("File"), file)
    hands.press(page.get_by_role("button", name="Upload", exact=True))
    expect(page.get_by_text("The new version is here.")).to_be_visible()
    expect(page.get_by_text("Version 2 ·")).to_be_visible()
    expect(page.locator(".page-header").get_by_text("Pending")).to_be_visible()
    return hands.look(eyes, "versions")
