"""A dispute: the officer holds a contact from its page, the contact cannot be deleted, and can once it is released."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes
from tests.browser.test_erasure import a_contact

pytestmark = pytest.mark.browser


def test_held_refused_released_gone(page: Page, eyes: Eyes, sign_in_as) -> None:
    eyes.expected.append("409")
    sign_in_as("superadmin@demo.example")
    a_contact(page)
    contact = page.url
    findings = [*place(page, eyes), *refused(page, contact), *release(page, eyes)]
    delete(page, contact)
    page.wait_for_url(lambda url: contact not in url)
    page.goto(contact)
    expect(page.get_by_text("There is nothing here")).to_be_visible()
    assert not findings, "\n".join(findings)


def menu(page: Page, item: str) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name=item).click()


def place(page: Page, eyes: Eyes) -> list[str]:
    menu(page, "Legal hold…")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Legal hold on Zelda Quint")
    findings = eyes.inspect("placing")
    page.get_by_label("Reason").fill("Dispute 7, asked by counsel")
    page.get_by_role("button", name="Place the hold").click()
    expect(page.get_by_text("Zelda Quint is under a legal hold")).to_be_visible()
    findings += eyes.inspect("hold")
    page.goto("/compliance/holds/")
    expect(page.get_by_role("link", name="Zelda Quint")).to_be_visible()
    return [*findings, *eyes.inspect("holds")]


def delete(page: Page, contact: str) -> None:
    page.goto(contact)
    menu(page, "Delete for good…")
    expect(page.get_by_role("button", name="Delete for good")).to_be_visible()
    field = page.get_by_role("textbox")
    if field.count():
        field.last.fill("Zelda Quint")
    page.get_by_role("button", name="Delete for good").click()


def refused(page: Page, contact: str) -> list[str]:
    delete(page, contact)
    expect(page.get_by_text("A legal hold keeps this", exact=False)).to_be_visible()
    return []


def release(page: Page, eyes: Eyes) -> list[str]:
    page.goto("/compliance/holds/")
    page.get_by_role("link", name="Zelda Quint").click()
    page.get_by_role("link", name="Release…").click()
    expect(page.get_by_role("button", name="Release it")).to_be_visible()
    findings = eyes.inspect("releasing")
    page.get_by_label("Reason").fill("Settled on 3 May")
    page.get_by_role("button", name="Release it").click()
    expect(page.get_by_text("Settled on 3 May")).to_be_visible()
    return findings
