"""Somebody guesses, is told to wait, is locked out; an administrator sees it and opens the door."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.eyes import DESKTOP, Eyes
from tests.browser.server import PASSWORD, served

pytestmark = pytest.mark.browser
VICTIM = "auditor@demo.example"  # who signs in nowhere else on the shared server


@pytest.fixture(scope="module")
def without_limits_by_address(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own: guessing from the one address that all browsers share would slow down the other tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RATE_LIMIT_ENABLED", "false")
        patch.setenv("LOGIN_FAILURE_LIMIT", "9")
        with served(tmp_path_factory.mktemp("locked"), migrated_sqlite, customers=2) as url:
            yield url


def page_at(chromium: Browser, address: str) -> Page:
    return chromium.new_context(base_url=address, viewport=DESKTOP).new_page()  # type: ignore[arg-type]


def try_password(page: Page, email: str, password: str) -> int:
    """The status of the answer."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail", exact=False).fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.get_by_role("button", name="Sign in", exact=True).click()
    return sent.value.status


def guess_until(status: int, page: Page) -> bool:
    """Guesses on; on a slow machine the wait of a few seconds is over at times, and a guess is taken as one more."""
    return any(try_password(page, VICTIM, "wrong") == status for _ in range(18))


def test_the_door_locks_says_for_how_long_and_is_opened_by_an_administrator(
    chromium: Browser, without_limits_by_address: str
) -> None:
    guessing, administrating = (page_at(chromium, without_limits_by_address) for _ in range(2))
    eyes = Eyes(guessing)
    eyes.expected = ["423", "429"]

    assert guess_until(429, guessing)
    expect(guessing.get_by_role("heading", name="Not so fast")).to_be_visible()
    expect(guessing.get_by_text(re.compile(r"Wait \d+ seconds"))).to_be_visible()
    findings = eyes.inspect("too soon")
    guessing.get_by_role("button", name="Back to the form").click()
    expect(guessing.get_by_label("E-mail", exact=False)).to_be_visible()

    assert guess_until(423, guessing)
    assert try_password(guessing, VICTIM, PASSWORD) == 423
    expect(guessing.get_by_role("heading", name="This sign-in is locked")).to_be_visible()
    expect(guessing.get_by_text("try again in 15 minutes")).to_be_visible()
    findings += eyes.inspect("locked")
    guessing.get_by_role("link", name="Reset your password").click()
    expect(guessing.get_by_role("button", name="Send the link")).to_be_visible()

    assert try_password(administrating, "superadmin@demo.example", PASSWORD) == 302
    administrating.goto("/settings/")
    administrating.get_by_role("link", name="Locked sign-ins").first.click()
    row = administrating.get_by_role("row").filter(has_text=VICTIM)
    expect(row).to_contain_text("127.0.0.1")
    watching = Eyes(administrating)
    findings += watching.inspect("locks")
    row.get_by_role("button", name="Unlock").click()
    expect(administrating.get_by_text("No sign-in is locked")).to_be_visible()
    findings += watching.inspect("no locks")

    assert try_password(guessing, VICTIM, PASSWORD) == 302
    assert not findings + eyes.complaints() + watching.complaints()
