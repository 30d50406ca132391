"""Second factors as people click them: app, passkey on a virtual authenticator, recovery codes, forced set-up.

The factors stay on the shared server, so the people who get them here (marketing, rep2) sign in in no other file.
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.mfa.codes import PERIOD, totp
from tests.browser.conftest import DESKTOP
from tests.browser.eyes import PHONE, Eyes
from tests.browser.server import PASSWORD, served

pytestmark = pytest.mark.browser
# Where the pictures go, for whoever wants to look at them.
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """By name, not by number: passkeys belong to a host name."""
    base = address.replace("127.0.0.1", "localhost")
    context = chromium.new_context(base_url=base, viewport=DESKTOP)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def authenticator(page: Page) -> Any:
    """A device of the person that verifies them by itself."""
    devtools: Any = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return devtools


def picture(page: Page, name: str) -> None:
    if not PICTURES:
        return
    for scheme in ("light", "dark"):
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.wait_for_timeout(250)
            page.screenshot(path=Path(PICTURES) / f"{name}-{scheme}-{size['width']}.png", full_page=True)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")


def give_password(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail", exact=False).fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")


def connect_app(page: Page) -> str:
    """From the page with the picture to the recovery codes; returns the secret."""
    page.get_by_text("I cannot scan it").click()
    secret = page.locator("[data-secret]").inner_text().replace(" ", "")
    page.get_by_label("Code of the app").fill(code(secret))
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/security/codes/")
    return secret


def code(secret: str, step: int = 0) -> str:
    return totp(secret, int(time.time()) // PERIOD + step)


def test_an_app_a_passkey_and_recovery_codes(page: Page, eyes: Eyes, authenticator: Any) -> None:
    who = "rep2@demo.example"
    give_password(page, who)
    page.wait_for_url(lambda url: "/accounts/" not in url)

    # An authenticator app, and the codes that come with it
    page.goto("/accounts/security/")
    findings = eyes.inspect("security without factors")
    picture(page, "security-empty")
    page.get_by_role("link", name="Connect").click()
    expect(page.get_by_text("I cannot scan it")).to_be_visible()
    findings += eyes.inspect("app")
    picture(page, "app")
    secret = connect_app(page)
    findings += eyes.inspect("recovery codes")
    picture(page, "codes")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    assert codes[3] in Path(download.value.path()).read_text()
    page.get_by_role("link", name=re.compile("I have kept them")).click()
    sign_out(page)

    # Its code signs in: the next one, because the first was used up by connecting
    give_password(page, who)
    page.wait_for_url("**/accounts/second-factor/")
    findings += eyes.inspect("second factor, app")
    picture(page, "second-factor-app")
    used = code(secret, step=1)
    page.get_by_label("Code").fill(used)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/" not in url)

    # and never again
    sign_out(page)
    give_password(page, who)
    page.get_by_label("Code").fill(used)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("That did not work")).to_be_visible()

    # A recovery code does, once
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    sign_out(page)
    give_password(page, who)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("That did not work")).to_be_visible()
    page.get_by_label("Code").fill(codes[1])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/" not in url)

    # A passkey
    page.goto("/accounts/security/setup/passkey/")
    findings += eyes.inspect("add a passkey")
    picture(page, "passkey-add")
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Create the passkey").click()
    page.wait_for_url("**/accounts/security/")
    expect(page.get_by_text("Work laptop").first).to_be_visible()
    findings += eyes.inspect("security with factors")
    picture(page, "security-full")

    # signs in alone
    sign_out(page)
    findings += eyes.inspect("sign-in")
    picture(page, "sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)

    # and after the password
    sign_out(page)
    give_password(page, who)
    page.wait_for_url("**/accounts/second-factor/")
    findings += eyes.inspect("second factor, passkey")
    picture(page, "second-factor-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)

    # It is renamed and removed
    page.goto("/accounts/security/")
    page.get_by_role("link", name="Rename Work laptop").click()
    expect(page.get_by_label("Name")).to_be_visible()
    findings += eyes.inspect("rename")
    page.get_by_label("Name").fill("Old laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Remove Old laptop").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed: passkey “Old laptop”.")).to_be_visible()
    assert not findings, "\n".join(findings)
    assert eyes.complaints() == []


def test_the_question_before_something_sensitive(page: Page, eyes: Eyes, authenticator: Any, address: str) -> None:
    give_password(page, "marketing@demo.example")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto("/accounts/security/setup/passkey/")
    page.get_by_role("button", name="Create the passkey").click()
    page.wait_for_url("**/security/codes/")
    page.goto("/accounts/reauthenticate/?next=/accounts/security/")
    findings = eyes.inspect("reauthenticate")
    picture(page, "reauthenticate")
    page.get_by_role("link", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/reauthenticate/?next" not in url)
    findings += eyes.inspect("reauthenticate by passkey")
    picture(page, "reauthenticate-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/accounts/security/")
    page.goto("/accounts/reauthenticate/code/")
    findings += eyes.inspect("reauthenticate by code")
    assert not findings, "\n".join(findings)
    assert eyes.complaints() == []


def test_an_administrator_is_led_to_the_set_up(
    chromium: Browser, migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MFA_REQUIRED_FOR", "admins")
    with served(tmp_path, migrated_sqlite, customers=5) as address:
        page = chromium.new_page(base_url=address, viewport=DESKTOP)  # type: ignore[arg-type]
        page.set_default_timeout(15_000)
        eyes = Eyes(page)
        give_password(page, "superadmin@demo.example")
        page.wait_for_url("**/accounts/security/setup/")
        findings = eyes.inspect("set-up")
        picture(page, "setup")
        for path in ("/customers/", "/admin/", "/accounts/security/", "/settings/"):
            page.goto(path)
            assert page.url.endswith("/accounts/security/setup/"), path
        page.get_by_role("link", name=re.compile("Authenticator app")).click()
        connect_app(page)
        page.get_by_role("link", name=re.compile("I have kept them")).click()
        page.wait_for_url(f"{address}/")
        page.goto("/accounts/security/")
        expect(page.get_by_text("can be replaced, not removed")).to_be_visible()
        expect(page.get_by_role("button", name="Remove")).to_have_count(0)
        picture(page, "security-required")
        assert findings + eyes.complaints() == []
        page.close()


def test_at_a_bare_number_the_page_says_why_there_are_no_passkeys(page: Page, authenticator: Any, address: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("do not work at a bare number")


def test_a_passkey_without_its_owner_opens_nothing(page: Page, authenticator: Any) -> None:
    authenticator.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator.made, "isUserVerified": False})
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used", timeout=70_000)
    assert page.url.endswith("/accounts/login/")
