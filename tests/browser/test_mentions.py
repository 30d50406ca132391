"""A note names a colleague: `@` offers who may read it, the name leads to the person, and the person gets a mail."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes
from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


def test_a_colleague_is_named_by_the_first_letters(page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("mentions", hands))
    page.goto("/customers/")
    hands.press(page.get_by_role("link", name="Harbour Works").first)
    box = page.get_by_label("What happened?").and_(page.locator("textarea"))
    hands.write(box, "Please **call** them, ")
    page.keyboard.type("@mon")
    option = page.get_by_role("option", name="Mona Quist")
    expect(option).to_have_attribute("aria-selected", "true")
    findings = hands.look(eyes, "offered")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Please **call** them, @Mona Quist ")
    expect(option).to_be_hidden()
    hands.press(page.get_by_role("button", name="Log"))
    note = page.locator("#timeline .timeline-entry").first
    expect(note.get_by_role("link", name="@Mona Quist")).to_have_attribute("href", re.compile("^/settings/people/"))
    assert not [*findings, *eyes.complaints()]
