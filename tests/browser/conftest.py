"""A real server process and a real Chromium, shared by the browser tests of one worker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import services
from tests.browser.eyes import DESKTOP, Eyes
from tests.browser.hands import Keyboard, Mouse
from tests.browser.server import PASSWORD, manage, served

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


PATIENCE = 10_000  # ms, for an act as for what is expected of it
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def served_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the served product keeps its data, and its log with the mails it would have sent."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def address(served_folder: Path, migrated_sqlite: Path) -> Iterator[str]:
    with served(served_folder, migrated_sqlite) as url:
        yield url


@pytest.fixture(scope="session")
def cast(address: str, served_folder: Path) -> Callable[[str, Mouse], str]:
    """(scene, hands) → who plays it, in a team that no other test touches (tests/browser/cast.py)."""
    manage(served_folder, "shell", "-c", "from tests.browser.cast import fill; fill()")
    return lambda scene, hands: f"{scene}.{hands.screen}@cast.example"


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
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture(params=[Mouse, Keyboard], ids=["mouse", "keyboard"])
def hands(request: pytest.FixtureRequest, page: Page) -> Mouse:
    """Each test that asks for them runs twice."""
    return request.param(page)  # type: ignore[no-any-return]


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
