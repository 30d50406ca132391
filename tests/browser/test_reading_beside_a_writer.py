"""Whoever reads is not kept waiting by whoever writes, not even where reading is noted once a minute."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import DATABASE, somebody_writes

pytestmark = pytest.mark.browser
PAGES = ("/", "/customers/", "/contacts/", "/leads/", "/deals/", "/deals/board/", "/activities/", "/search/?q=a")
# What a minute does to a session, at once.
A_MINUTE_AGO = "UPDATE accounts_session SET last_used_at = strftime('%Y-%m-%d %H:%M:%f', 'now', '-2 minutes')"
NOTED_LAST = "SELECT max(last_used_at) FROM accounts_session"


def test_pages_come_while_another_writes_and_the_use_is_noted_afterwards(
    page: Page, sign_in_as: Callable[[str], None], served_folder: Path
) -> None:
    sign_in_as("manager@demo.example")
    with sqlite3.connect(served_folder / DATABASE, timeout=20) as database:
        database.execute(A_MINUTE_AGO)
        (before,) = database.execute(NOTED_LAST).fetchone()
    with somebody_writes(served_folder):
        for path in PAGES:
            page.goto(path)
            expect(page.get_by_role("main")).to_be_visible()
    page.goto("/customers/")
    (after,) = database.execute(NOTED_LAST).fetchone()
    assert after > before
