"""Views, columns and the filter builder, by mouse and by keyboard, on a desktop and on a phone."""

import re

import pytest

from tests.browser.eyes import DESKTOP

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def choose(page, selector, value):
    """Chooses in a select of the filter builder, and waits until the builder was drawn anew."""
    with page.expect_response("**/views/filter/**"):
        page.locator(selector).select_option(value)
    page.locator(f"{selector} option[value={value}][selected]").wait_for(state="attached")


def rows(page):
    return page.locator("#rows tbody tr").count()


def test_a_filter_becomes_a_view_by_mouse(page, sign_in_as, eyes):
    sign_in_as("rep@demo.example")
    page.goto("/customers/")
    every = rows(page)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.locator("select#value-0").select_option("active")
    page.get_by_role("button", name="Add a group").click()
    page.locator("#field-1").wait_for()
    choose(page, "#field-1", "created_at")
    page.locator("input#value-1[type=number]").fill("3660")
    assert not eyes.inspect("filter builder")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url(re.compile("filter="))
    assert "Status is Active" in page.locator(".filter-words").inner_text() and 0 < rows(page) < every
    page.get_by_role("button", name="Save as view").click()
    page.locator("#view-name").fill("Active and new")
    page.locator("#save-view").get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"view=[0-9a-f-]+$"))
    assert page.locator(".tab[aria-current]").inner_text() == "Active and new"
    page.select_option("#filter-customer_type", "partner")
    page.get_by_text("Unsaved changes").wait_for()
    page.get_by_role("link", name="Discard").click()
    page.wait_for_url(re.compile(r"view=[0-9a-f-]+$"))
    assert page.get_by_text("Unsaved changes").count() == 0
    assert not eyes.inspect("list under a view")
    page.get_by_role("button", name="Views", exact=True).click()
    page.get_by_role("button", name="Delete the view").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("“Active and new” is back").wait_for()
    assert not eyes.complaints()


def test_columns_and_a_filter_by_keyboard_on_a_phone(page, sign_in_as, eyes):
    sign_in_as("manager@demo.example")
    page.set_viewport_size(PHONE)
    page.goto("/contacts/")
    page.get_by_role("button", name="Columns", exact=True).focus()
    page.keyboard.press("Enter")
    department = page.get_by_role("checkbox", name="Department")
    department.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Move Department up").focus()
    for _step in range(40):
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.ariaLabel") == "Move Department up"
    assert not eyes.inspect("columns")
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Show these").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("columns=department"))
    page.get_by_role("button", name="Filter", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("#field-0").wait_for()
    choose(page, "#field-0", "first_name")
    choose(page, "#op-0", "contains")
    value = page.locator("input#value-0")
    value.fill("ab")
    value.press("Enter")
    page.get_by_text("3 signs at least").wait_for()
    page.locator("input#value-0").fill("zzzz")
    page.locator("input#value-0").press("Enter")
    page.wait_for_url(re.compile("filter="))
    page.get_by_text("No contact matches").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size(DESKTOP)
