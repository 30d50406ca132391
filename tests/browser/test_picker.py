"""One of many records is chosen by a few letters; words that name none are not a choice, however early typed."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


def open_field(page: Page) -> Locator:
    page.goto("/contacts/new/", wait_until="commit")
    return page.get_by_role("combobox", name="Customer")


def test_a_customer_is_chosen_by_the_first_letters(page: Page, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("mentions", hands))
    field = open_field(page)
    hands.write(field, "harb")
    expect(page.get_by_role("option", name="Harbour Works")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Harbour Works")
    hands.write(field, "nobody of that name")
    page.keyboard.press("Tab")
    expect(field).to_have_value("Harbour Works")


def test_letters_that_were_typed_before_the_script_came_count_too(page: Page, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("mentions", hands))
    late: list[Route] = []
    page.route("**/js/picker.js", lambda route: late.append(route))
    with page.expect_request("**/js/picker.js"):
        field = open_field(page)
    hands.write(field, "harb")
    late.pop().continue_()
    expect(page.get_by_role("option", name="Harbour Works")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")
    expect(field).to_have_value("")
