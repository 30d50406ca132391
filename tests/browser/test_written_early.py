"""Who writes before the page's scripts came, on a slow line or with a fast hand, is heard as if they had been there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.hands import Mouse

pytestmark = pytest.mark.browser


@pytest.fixture
def late(page: Page) -> Callable[[str, str], object]:
    """Opens the page at the address; its script comes when the block ends."""

    @contextmanager
    def opened(script: str, address: str) -> Iterator[None]:
        held: list[Route] = []
        page.route(f"**/js/{script}", lambda route: held.append(route))
        with page.expect_request(f"**/js/{script}"):
            page.goto(address, wait_until="commit")
        yield
        held.pop().continue_()

    return opened


def test_a_colleague_is_offered(page: Page, hands: Mouse, cast, sign_in_as, late) -> None:
    sign_in_as(cast("mentions", hands))
    page.goto("/customers/")
    address = page.get_by_role("link", name="Harbour Works").first.get_attribute("href")
    box = page.get_by_label("What happened?").and_(page.locator("textarea"))
    with late("mentions.js", address):
        hands.write(box, "They know ")
        page.keyboard.type("@mon")
        expect(box).to_have_value("They know @mon")
    expect(page.get_by_role("option", name="Mona Quist")).to_have_attribute("aria-selected", "true")


def test_a_record_is_offered(page: Page, hands: Mouse, cast, sign_in_as, late) -> None:
    sign_in_as(cast("mentions", hands))
    field = page.get_by_role("combobox", name="Customer")
    with late("picker.js", "/contacts/new/"):
        hands.write(field, "harb")
    expect(page.get_by_role("option", name="Harbour Works")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")
    expect(field).to_have_value("")


def test_a_list_is_narrowed(page: Page, hands: Mouse, cast, sign_in_as, late) -> None:
    sign_in_as(cast("views", hands))
    with late("forms.js", "/customers/"):
        hands.write(page.get_by_role("searchbox", name="Name, e-mail, phone or domain"), "Quay 3")
    expect(page.get_by_role("link", name="Quay 2")).to_be_hidden()
    expect(page.get_by_role("link", name="Quay 3")).to_be_visible()


def test_it_is_not_left_unasked(page: Page, hands: Mouse, cast, sign_in_as, late) -> None:
    sign_in_as(cast("mentions", hands))
    with late("forms.js", "/contacts/new/"):
        hands.write(page.get_by_label("First name"), "Ada")
    expect(page.locator("form[data-dirty=now]")).to_have_count(1)
