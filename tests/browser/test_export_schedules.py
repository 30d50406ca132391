"""An export is kept as a template, used again, and runs by the clock: made, run now, and seen to have gone well."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes
from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


def test_a_template_is_saved_used_scheduled_and_run(page: Page, eyes: Eyes, hands: Mouse, cast, sign_in_as) -> None:
    sign_in_as(cast("schedule", hands))
    page.goto("/exports/new/?resource=customers&query=search%3Dquay")
    expect(page.get_by_text("5 records")).to_be_visible()
    hands.press(page.get_by_role("button", name="Save as template"))
    expect(page.get_by_role("heading", name="Save as template")).to_be_visible()
    findings = hands.look(eyes, "save as template")
    hands.write(page.get_by_label("Name"), "Quays")
    hands.press(page.get_by_role("button", name="Save the template"))
    page.wait_for_url("**/exports/templates/")
    expect(page.get_by_role("link", name="Quays", exact=True)).to_be_visible()
    findings += hands.look(eyes, "templates")

    hands.press(page.get_by_role("link", name="Quays", exact=True))
    expect(page.get_by_text("Filled in from the template “Quays”.")).to_be_visible()
    expect(page.get_by_text("5 records")).to_be_visible()
    findings += hands.look(eyes, "from a template")

    page.goto("/exports/templates/")
    hands.press(page.get_by_role("link", name="Schedule Quays"))
    expect(page.get_by_label("How often")).to_be_visible()
    expect(page.get_by_label("On day")).to_be_hidden()
    hands.choose(page.get_by_label("How often"), "Every week")
    expect(page.get_by_label("Monday")).to_be_visible()
    findings += hands.look(eyes, "new schedule")
    hands.tick(page.get_by_label("Monday"))
    hands.tick(page.get_by_label("Friday"))
    hands.choose(page.locator("#id_hour"), "09:00")
    hands.press(page.get_by_role("button", name="Save"))
    page.wait_for_url("**/exports/schedules/*-*/")
    expect(page.get_by_text("Every Mon, Fri at 09:00").first).to_be_visible()

    hands.press(page.get_by_role("button", name="Run now"))
    expect(page.get_by_text("5 rows, link sent to")).to_be_visible(timeout=30_000)
    findings += hands.look(eyes, "schedule")
    hands.press(page.get_by_role("button", name="Pause"))
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.goto("/exports/schedules/")
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    assert not [*findings, *hands.look(eyes, "schedules"), *eyes.complaints()]
