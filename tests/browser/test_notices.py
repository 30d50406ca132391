"""The bell: what others do appears in a page that is open, without a reload and without taking the focus."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.eyes import Eyes
from tests.browser.hands import Mouse
from tests.browser.server import ASGI, manage, process_of

pytestmark = pytest.mark.browser
# A page without a stream looks every fifteen seconds.
SOON = 40_000  # ms
AT_ONCE = 12_000  # ms: a second where nothing else keeps the machine busy

# A colleague gives away a new customer.
GIVE = """
import crm.urls
from accounts.actors import actor_for
from accounts.models import User
from customers.services import customer_create
person = User.objects.get(email="{email}")
team = person.memberships.get().team
colleague = User.objects.exclude(pk=person.pk).get(memberships__team=team)
customer_create(actor_for(colleague), name="{name}", owner=person, team=team)
"""


@pytest.fixture
def give(served_folder: Path) -> Callable[[str, str], object]:
    return lambda email, name: manage(served_folder, "shell", "-c", GIVE.format(email=email, name=name))


def test_a_page_that_is_open_learns_what_is_new(
    page: Page, eyes: Eyes, hands: Mouse, cast: Callable[..., str], sign_in_as: Callable[[str], None], give
) -> None:
    email = cast("notices", hands)
    sign_in_as(email)
    page.goto("/customers/")
    bell = page.locator("#bell")
    field = page.get_by_role("searchbox").first
    field.focus()
    give(email, "Lighthouse Ltd")
    toast = page.locator(".toast").filter(has_text="Mona Quist assigned Lighthouse Ltd to you")
    expect(toast).to_be_visible(timeout=SOON)
    expect(toast).to_have_attribute("role", "status")
    expect(field).to_be_focused()
    expect(bell).to_have_accessible_name("Notifications, 1 unread")
    findings = hands.look(eyes, "a toast")

    hands.press(bell)
    panel = page.locator("#notices")
    expect(panel.get_by_role("link", name="Mona Quist assigned Lighthouse Ltd to you")).to_be_visible()
    findings += hands.look(eyes, "the panel")
    if not panel.is_visible():
        hands.press(bell)
    hands.press(panel.get_by_role("button", name="Mark as read: Mona Quist assigned Lighthouse Ltd to you"))
    expect(bell).to_have_accessible_name("Notifications")
    hands.press(panel.get_by_role("button", name="Mark as unread: Mona Quist"))
    expect(bell).to_have_accessible_name("Notifications, 1 unread")

    hands.press(panel.get_by_role("link", name="All notifications"))
    expect(page.get_by_role("heading", name="Notifications", level=1)).to_be_visible()
    findings += hands.look(eyes, "the list")
    hands.press(page.get_by_role("button", name="Put off: Mona Quist assigned Lighthouse Ltd to you").last)
    hands.press(page.get_by_role("button", name="For an hour").last)
    expect(page.get_by_text("It comes back")).to_be_visible()
    expect(page.get_by_role("link", name="Mona Quist assigned Lighthouse Ltd to you")).to_have_count(0)

    page.goto("/notifications/settings/")
    findings += hands.look(eyes, "the choices")
    hands.choose(page.get_by_label("Mentions: by e-mail"), "In the daily summary")
    hands.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Your choices were saved.")).to_be_visible()
    expect(page.get_by_label("Mentions: by e-mail")).to_have_value("digest")
    assert not [*findings, *eyes.complaints()]


@pytest.fixture
def streamed(chromium: Browser, cast: Callable[..., str], served_folder: Path) -> Iterator[Page]:
    """The same product from a server that can push."""
    with process_of(served_folder, ASGI) as address:
        context = chromium.new_context(base_url=address)
        yield context.new_page()
        context.close()


def test_where_the_server_pushes_it_is_there_at_once(
    streamed: Page, cast: Callable[..., str], give, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = "notices.wide@cast.example"
    eyes = Eyes(streamed)
    streamed.goto("/accounts/login/")
    streamed.get_by_label("E-mail", exact=False).fill(email)
    streamed.get_by_label("Password", exact=True).fill("Demo-Lantern-42")
    with streamed.expect_response(lambda answer: "/notifications/stream/" in answer.url):
        streamed.get_by_role("button", name="Sign in", exact=True).click()
    give(email, "Pushed Ltd")
    toast = streamed.locator(".toast").filter(has_text="Mona Quist assigned Pushed Ltd to you")
    expect(toast).to_be_visible(timeout=AT_ONCE)
    assert eyes.complaints() == []
