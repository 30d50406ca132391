"""A real server process and a real Chromium, shared by the browser tests of one worker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import services
from tests.browser.eyes import DESKTOP, Eyes
from tests.browser.server import PASSWORD, served

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def served_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the served product keeps its data, and its log with the mails it would have sent."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def address(served_folder: Path) -> Iterator[str]:
    with served(served_folder) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright's loop stays in this thread until the last browser test, and Django would refuse its database to
    # every other test that the same worker runs meanwhile.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=services.chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=address, viewport=DESKTOP, accept_downloads=True)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def eyes(page: Page) -> Eyes:
    return Eyes(page)


@pytest.fixture
def sign_in_as(page: Page) -> Callable[[str], None]:
    def sign_in(email: str) -> None:
        page.goto("/accounts/login/")
        page.get_by_label("E-mail", exact=False).fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda url: "/accounts/" not in url)

    return sign_in
