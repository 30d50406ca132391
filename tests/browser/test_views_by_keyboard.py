"""A view is made, shared as a tab, opened, changed, deleted and brought back, by keyboard alone on either screen."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.eyes import Eyes
from tests.browser.hands import DeskKeyboard, Keyboard, Mouse

pytestmark = pytest.mark.browser
OPENED = re.compile(r"view=[0-9a-f-]{36}$")


@pytest.mark.parametrize("hands", [DeskKeyboard, Keyboard], indirect=True)
def test_the_life_of_a_view_by_keyboard(page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("views", hands))
    steps = (make, share, open_as_tab, open_the_list_in_it, change, delete)
    findings = [found for step in steps for found in step(page, eyes, hands)]
    assert not [*findings, *eyes.complaints()]


def rows(page: Page) -> Locator:
    return page.locator("#rows tbody tr")


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Views").get_by_role("link", name=name)


def in_menu(page: Page, hands: Mouse, name: str) -> Locator:
    hands.press(page.get_by_role("button", name="Views", exact=True))
    return page.locator("#views-menu").get_by_text(name)


def make(page: Page, eyes: Eyes, hands: Mouse) -> list[str]:
    page.goto("/customers/")
    hands.write(page.get_by_role("searchbox", name="Name, e-mail"), "quay 1")
    expect(rows(page)).to_have_count(1)
    hands.press(page.get_by_role("button", name="Save as view"))
    dialog = page.get_by_role("dialog", name="Save as a view")
    hands.write(dialog.get_by_label("Name"), "One quay")
    findings = hands.look(eyes, "saving a view")
    hands.press(dialog.get_by_role("button", name="Save", exact=True))
    page.wait_for_url(OPENED)
    expect(tab(page, "One quay")).to_have_attribute("aria-current", "true")
    return findings


def share(page: Page, eyes: Eyes, hands: Mouse) -> list[str]:
    hands.press(in_menu(page, hands, "Rename or share"))
    expect(page.get_by_role("heading", name="One quay")).to_be_visible()
    hands.write(page.get_by_label("Name"), "First quay")
    hands.choose(page.get_by_label("Who sees it"), "My team, as a tab for everybody")
    findings = hands.look(eyes, "sharing a view")
    hands.press(page.get_by_role("button", name="Save", exact=True))
    page.wait_for_url(OPENED)
    expect(tab(page, "First quay")).to_have_accessible_name("Shared with the team First quay")
    return findings


def open_as_tab(page: Page, eyes: Eyes, hands: Mouse) -> list[str]:
    hands.press(tab(page, "All"))
    expect(rows(page)).to_have_count(5)
    hands.press(tab(page, "First quay"))
    page.wait_for_url(OPENED)
    expect(rows(page)).to_have_count(1)
    return hands.look(eyes, "a view as a tab")


def open_the_list_in_it(page: Page, eyes: Eyes, hands: Mouse) -> list[str]:
    hands.press(in_menu(page, hands, "Open the list in it"))
    expect(page.get_by_text("The list opens in “First quay” from now on.")).to_be_visible()
    page.goto("/customers/")
    expect(tab(page, "First quay")).to_have_attribute("aria-current", "true")
    expect(rows(page)).to_have_count(1)
    findings = hands.look(eyes, "the list opened in a view")
    hands.press(tab(page, "All"))
    expect(rows(page)).to_have_count(5)
    hands.press(tab(page, "First quay"))
    page.wait_for_url(OPENED)
    return findings


def change(page: Page, eyes: Eyes, hands: Mouse) -> list[str]:
    hands.write(page.get_by_role("searchbox", name="Name, e-mail"), "quay")
    expect(page.get_by_text("This is no longer what “First quay” holds.")).to_be_visible()
    expect(rows(page)).to_have_count(5)
    findings = hands.look(eyes, "a changed view")
    hands.press(page.locator(".view-bar").get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("“First quay” was saved.")).to_be_visible()
    expect(rows(page)).to_have_count(5)
    return findings


def delete(page: Page, eyes: Eyes, hands: Mouse) -> list[str]:
    hands.press(in_menu(page, hands, "Delete the view"))
    expect(page.get_by_text("“First quay” was deleted.")).to_be_visible()
    expect(tab(page, "First quay")).to_have_count(0)
    hands.hold(page.get_by_role("button", name="Undo"))
    hands.press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("“First quay” is back.")).to_be_visible()
    hands.press(tab(page, "First quay"))
    page.wait_for_url(OPENED)
    hands.press(in_menu(page, hands, "Delete the view"))
    expect(page.get_by_text("“First quay” was deleted.")).to_be_visible()
    expect(tab(page, "First quay")).to_have_count(0)
    return []
