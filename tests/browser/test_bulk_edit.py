"""Several customers at once: ticked, labelled, and as they were before by one Undo."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes
from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


def test_what_is_done_to_several_is_undone_at_once(page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("bulk", hands))
    page.goto("/customers/")
    for number in (1, 3):
        hands.tick(page.get_by_role("checkbox", name=f"Select Quay {number}"))
    bar = page.locator("[data-bulk-bar]")
    expect(bar.get_by_text("2 selected")).to_be_visible()
    findings = hands.look(eyes, "selection")
    hands.choose(bar.get_by_label("Label"), "Trade fair")
    hands.press(bar.get_by_role("button", name="Add"))
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("Put this label on 2 customers?")
    hands.press(question.get_by_role("button", name="Add"))
    expect(page.locator(".toast")).to_contain_text("2 customers")
    hands.hold(page.get_by_role("button", name="Undo"))
    labelled = page.locator("#rows tbody tr", has_text="Trade fair")
    expect(labelled).to_have_count(2)
    hands.press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("Undone for 2 records.")).to_be_visible()
    expect(labelled).to_have_count(0)
    assert not [*findings, *eyes.complaints()]


def test_several_activities_are_done_and_open_again(page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("bulk", hands))
    page.goto("/activities/")
    for number in (2, 4):
        hands.tick(page.get_by_role("checkbox", name=f"Select Sweep quay {number}"))
    bar = page.locator("[data-bulk-bar]")
    expect(bar.get_by_text("2 selected")).to_be_visible()
    findings = hands.look(eyes, "selected activities")
    hands.press(bar.get_by_role("button", name="Done", exact=True))
    expect(page.locator(".toast")).to_contain_text("2 activities changed")
    expect(page.locator("#rows tbody tr")).to_have_count(3)
    hands.hold(page.get_by_role("button", name="Undo"))
    hands.press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("Undone for 2 activities.")).to_be_visible()
    expect(page.locator("#rows tbody tr")).to_have_count(5)
    hands.tick(page.get_by_role("checkbox", name="Select this page"))
    hands.press(bar.get_by_role("button", name="Change a field"))
    hands.choose(page.get_by_label("Field"), "Priority")
    if hands.screen == "narrow":
        hands.press(page.get_by_role("button", name="Choose", exact=True))
    expect(page.locator("#id_priority")).to_be_visible()
    findings += hands.look(eyes, "one field of several activities")
    assert not [*findings, *eyes.complaints()]
