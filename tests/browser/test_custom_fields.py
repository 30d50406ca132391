"""An administrator adds a choice of their own; a record gets a value, which the archive of the field keeps."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes
from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


def test_a_field_is_defined_filled_in_archived_and_back(page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as) -> None:
    name = f"Berth {hands.screen}"
    sign_in_as(cast("fields", hands))
    findings = [*define(page, eyes, hands, name), *fill_in(page, eyes, hands, name), *archive(page, eyes, hands, name)]
    assert not [*findings, *eyes.complaints()]


def define(page: Page, eyes: Eyes, hands: Mouse, name: str) -> list[str]:
    page.goto("/settings/custom-fields/?holder=customer")
    hands.press(page.get_by_role("link", name="New field").first)
    expect(page.get_by_role("heading", level=1)).to_have_text("New field")
    findings = hands.look(eyes, "new field")
    hands.choose(page.locator("#id_type"), "Choice")
    hands.write(page.locator("#id_label"), name)
    for number, label in enumerate(("Quayside", "Roadstead"), 1):
        hands.write(page.get_by_label(f"Label {number}"), label)
    hands.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("link", name=name)).to_be_visible()
    return [*findings, *hands.look(eyes, "fields")]


def fill_in(page: Page, eyes: Eyes, hands: Mouse, name: str) -> list[str]:
    page.goto("/customers/")
    hands.press(page.get_by_role("link", name="Harbour Works").first)
    hands.press(page.get_by_role("link", name="Edit", exact=True))
    expect(page.get_by_label(name)).to_be_visible()
    hands.choose(page.get_by_label(name), "Roadstead")
    findings = hands.look(eyes, "record form")
    hands.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("button", name=f"Edit {name}")).to_contain_text("Roadstead")
    return [*findings, *hands.look(eyes, "record")]


def archive(page: Page, eyes: Eyes, hands: Mouse, name: str) -> list[str]:
    """Out of sight at once; back with the value by Undo, and away in the end, for it is every team's."""
    record = page.url
    page.goto("/settings/custom-fields/")
    hands.press(page.get_by_role("button", name=f"Archive {name}"))
    expect(page.get_by_text("was archived. Every value stays.")).to_be_visible()
    hands.hold(page.get_by_role("button", name="Undo"))
    hands.press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("is back, with its values.")).to_be_visible()
    page.goto(record)
    expect(page.get_by_role("button", name=f"Edit {name}")).to_contain_text("Roadstead")
    page.goto("/settings/custom-fields/")
    hands.press(page.get_by_role("button", name=f"Archive {name}"))
    expect(page.get_by_text("was archived. Every value stays.")).to_be_visible()
    page.goto("/settings/custom-fields/?archived=true")
    expect(page.get_by_role("button", name=f"Bring {name} back")).to_be_visible()
    return hands.look(eyes, "archive")
