"""Two browsers of one person: the one that is ended is out on its next click, and loses nothing that was typed."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.eyes import DESKTOP, Eyes
from tests.browser.server import PASSWORD

pytestmark = pytest.mark.browser

IPAD = "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1"


@pytest.fixture
def tablet(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=address, viewport=DESKTOP, user_agent=IPAD)  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail", exact=False).fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_an_ended_browser_is_out_on_its_next_click_and_comes_back_to_where_it_was(
    page: Page, eyes: Eyes, sign_in_as: Callable[[str], None], tablet: Page
) -> None:
    tablet.goto("/accounts/login/")
    sign_in(tablet, "manager@demo.example")
    tablet.wait_for_url(lambda url: "/accounts/" not in url)
    sign_in_as("manager@demo.example")

    page.goto("/accounts/sessions/")
    assert not eyes.inspect("sessions")
    row = page.get_by_role("row").filter(has_text="Safari on iPad")
    row.get_by_role("button", name="End").click()
    expect(page.get_by_text("Safari on iPad is signed out.")).to_be_visible()
    expect(row).to_have_count(0)
    assert not eyes.complaints()

    tablet.get_by_role("link", name="Customers").first.click()
    expect(tablet.get_by_text("Your session has ended.")).to_be_visible()
    sign_in(tablet, "manager@demo.example")
    expect(tablet.get_by_role("heading", level=1, name="Customers")).to_be_visible()


def test_what_was_typed_survives_the_end_of_the_session(
    page: Page, eyes: Eyes, sign_in_as: Callable[[str], None], tablet: Page
) -> None:
    page.clock.install()
    sign_in_as("rep@demo.example")
    page.goto("/leads/new/")
    page.get_by_label("Last name", exact=True).fill("Longwinded")
    tablet.goto("/accounts/login/")
    sign_in(tablet, "rep@demo.example")
    tablet.wait_for_url(lambda url: "/accounts/" not in url)
    tablet.goto("/accounts/sessions/")
    tablet.get_by_role("button", name="Sign out the others").click()
    tablet.get_by_role("button", name="Sign them out").click()
    expect(tablet.get_by_text("signed out.")).to_be_visible()

    eyes.expected.append("401")
    page.clock.fast_forward("31:00")
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("alertdialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    assert not eyes.inspect("session over")
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in").click()
    beside = opened.value
    sign_in(beside, "rep@demo.example")
    expect(beside.get_by_role("heading", name="You are signed in")).to_be_visible()
    beside.close()

    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Longwinded")
    assert not eyes.complaints()
