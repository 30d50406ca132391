"""A note names a colleague: `@` offers who may read it, the name leads to the person, and the person gets a mail."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.eyes import Eyes
from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


def open_box(page: Page, hands: Mouse) -> Locator:
    page.goto("/customers/")
    hands.press(page.get_by_role("link", name="Harbour Works").first)
    return page.get_by_label("What happened?").and_(page.locator("textarea"))


def test_a_colleague_is_named_by_the_first_letters(page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("mentions", hands))
    box = open_box(page, hands)
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


def test_letters_that_were_typed_before_the_script_came_count_too(page: Page, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("mentions", hands))
    late: list[Route] = []
    page.route("**/js/mentions.js", lambda route: late.append(route))
    with page.expect_request("**/js/mentions.js"):
        box = open_box(page, hands)
    hands.write(box, "They know ")
    page.keyboard.type("@mon")
    expect(box).to_have_value("They know @mon")
    late.pop().continue_()
    expect(page.get_by_role("option", name="Mona Quist")).to_have_attribute("aria-selected", "true")
