"""Two contacts that are one: found on the page of duplicates, compared, merged, and two again."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes
from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


def test_a_pair_becomes_one_and_two_again(page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("merge", hands))
    page.goto("/duplicates/")
    findings = hands.look(eyes, "duplicates")
    hands.press(page.get_by_role("link", name="Compare and merge"))
    expect(page.get_by_text("stays and takes over everything")).to_be_visible()
    findings += hands.look(eyes, "comparison")
    hands.tick(page.get_by_role("group", name="Job title").get_by_label("Head of buying"))
    hands.press(page.get_by_role("button", name="Merge", exact=True))
    expect(page.get_by_text("The two records are one now.")).to_be_visible()
    hands.hold(page.get_by_role("button", name="Undo"))
    for text in ("Head of buying", "nora@winter.example", "nora@home.example", "Written about Buyer"):
        expect(page.locator("main").get_by_text(text).first).to_be_visible()
    hands.press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("is back, and both are as they were")).to_be_visible()
    page.goto("/contacts/")
    expect(page.locator("#rows tbody tr")).to_have_count(2)
    assert not [*findings, *eyes.complaints()]
