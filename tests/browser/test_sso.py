"""An administrator connects an identity provider, a colleague signs in there, and enforcement ends passwords."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.eyes import DESKTOP, Eyes
from tests.browser.server import PASSWORD
from tests.identity_provider import CLIENT, SECRET, Provider, provided

pytestmark = pytest.mark.browser


@pytest.fixture
def provider() -> Iterator[Provider]:
    with provided() as running:
        yield running


@pytest.fixture
def colleague(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=address, viewport=DESKTOP)  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def connect(page: Page, provider: Provider) -> None:
    page.goto("/settings/sso/new/")
    for label, value in (
        ("Name *", "Company ID"),
        ("E-mail domains *", "newcomers.example"),
        ("Address of the provider", provider.issuer),
        ("Client id", CLIENT),
        ("Client secret", SECRET),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Creates accounts").check()
    page.get_by_label("Their role").select_option(label="Sales representative")
    page.get_by_label("Their team").select_option(label="North")


def test_a_company_signs_in_at_its_own_provider(
    page: Page, eyes: Eyes, sign_in_as: Callable[[str], None], colleague: Page, provider: Provider
) -> None:
    sign_in_as("admin@demo.example")
    connect(page, provider)
    assert not eyes.inspect("new connection")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Company ID was created.")).to_be_visible()
    assert not eyes.inspect("connections")

    watching = Eyes(colleague)
    colleague.goto("/customers/?search=a")
    assert not watching.inspect("sign-in with a provider")
    colleague.get_by_role("link", name="Sign in with Company ID").click()
    colleague.get_by_label("E-mail").fill("nina@newcomers.example")
    colleague.get_by_label("Name").fill("Nina New")
    colleague.get_by_role("button", name="Continue").click()
    expect(colleague.get_by_role("heading", level=1, name="Customers")).to_be_visible()
    assert colleague.url.endswith("/customers/?search=a")
    colleague.goto("/accounts/sessions/")
    expect(colleague.get_by_text("This session")).to_be_visible()
    colleague.context.clear_cookies()

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Enforced").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Company ID was saved.")).to_be_visible()

    colleague.goto("/accounts/login/")
    colleague.get_by_label("E-mail", exact=False).fill("nina@newcomers.example")
    colleague.get_by_label("Password", exact=True).fill(PASSWORD)
    colleague.get_by_role("button", name="Sign in", exact=True).click()
    expect(colleague.get_by_role("heading", name="Provider")).to_be_visible()
    colleague.get_by_label("E-mail").fill("nina@newcomers.example")
    colleague.get_by_role("button", name="Continue").click()
    colleague.wait_for_url(lambda url: "/accounts/" not in url and provider.issuer not in url)

    colleague.context.clear_cookies()
    colleague.goto("/accounts/sso/")
    assert not watching.inspect("single sign-on by address")
    colleague.get_by_label("E-mail").fill("somebody@elsewhere.example")
    colleague.get_by_role("button", name="Continue").click()
    expect(colleague.get_by_text("There is no single sign-on for elsewhere.example.")).to_be_visible()
    watching.expected.append("422")
    assert not watching.complaints() and not eyes.complaints()
