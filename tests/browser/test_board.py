"""The board while the server is slow: whoever drops a card and leaves at once does not lose the move."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.eyes import Eyes
from tests.browser.server import somebody_writes

pytestmark = pytest.mark.browser


def column(page: Page, number: int) -> Locator:
    return page.locator("[data-stage]").nth(number)


def move_right(page: Page, card: Locator) -> None:
    card.focus()
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)


@pytest.mark.parametrize("leave", ["reload", "another page"])
def test_a_page_left_right_after_the_drop_loses_no_move(
    leave: str, page: Page, eyes: Eyes, sign_in_as: Callable[[str], None], served_folder: Path
) -> None:
    sign_in_as("manager@demo.example")
    page.goto("/deals/board/")
    card = column(page, 1).locator("[data-card]").first
    url = card.get_attribute("data-move-url")
    moved = column(page, 2).locator(f"[data-move-url='{url}']")
    with somebody_writes(served_folder):
        move_right(page, card)
        if leave == "reload":
            page.reload()
        else:
            page.goto("/customers/")
            page.goto("/deals/board/")
        expect(moved).to_have_class("board-card is-saving")
    expect(moved).to_have_class("board-card")
    page.reload()
    expect(moved).to_be_visible()
    assert eyes.complaints() == []


def test_a_board_read_before_the_move_arrived_shows_it_even_if_the_answer_came_in_between(
    page: Page, eyes: Eyes, sign_in_as: Callable[[str], None]
) -> None:
    sign_in_as("manager@demo.example")
    page.goto("/deals/board/")
    card = column(page, 1).locator("[data-card]").first
    url = card.get_attribute("data-move-url")
    moved = column(page, 2).locator(f"[data-move-url='{url}']")

    early = page.request.get("/deals/board/")
    with page.expect_response(lambda answer: "/move/" in answer.url):
        move_right(page, card)
    expect(moved).to_have_class("board-card")
    page.route("**/deals/board/", lambda route: route.fulfill(response=early), times=1)
    page.reload()
    expect(moved).to_have_class("board-card")
    page.reload()
    expect(moved).to_be_visible()
    assert eyes.complaints() == []
