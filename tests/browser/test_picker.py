"""One of many records is chosen by a few letters; words that name none are not a choice."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


def test_a_customer_is_chosen_by_the_first_letters(page: Page, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("mentions", hands))
    page.goto("/contacts/new/")
    field = page.get_by_role("combobox", name="Customer")
    hands.write(field, "harb")
    expect(page.get_by_role("option", name="Harbour Works")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Harbour Works")
    hands.write(field, "nobody of that name")
    page.keyboard.press("Tab")
    expect(field).to_have_value("Harbour Works")
