"""Somebody wants to be erased: the officer finds the records, sees what goes, types the word, and has a certificate."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes

pytestmark = pytest.mark.browser


def test_a_person_is_erased(page: Page, eyes: Eyes, sign_in_as) -> None:
    eyes.expected.append("422")
    sign_in_as("superadmin@demo.example")
    name = a_contact(page)
    findings = [*ask(page, eyes, name), *erase(page, eyes), *certificate(page, eyes)]
    asked_again(page)
    page.goto(f"/contacts/?search={name}")
    expect(page.get_by_text("No contact matches")).to_be_visible()
    assert not findings, "\n".join(findings)
    assert eyes.complaints() == []


def a_contact(page: Page) -> str:
    page.goto("/contacts/new/")
    page.get_by_label("First name", exact=False).fill("Zelda")
    page.get_by_label("Last name", exact=False).fill("Quint")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zelda Quint")
    return "Zelda Quint"


def ask(page: Page, eyes: Eyes, name: str) -> list[str]:
    page.goto("/compliance/subjects/new/")
    page.get_by_label("Erasure").check()
    page.get_by_label("Person").fill(name)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="These are this person").click()
    expect(page.get_by_text("tick those that are this person")).to_be_visible()
    page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="These are this person").click()
    erasing = page.get_by_role("link", name="Erase…")
    expect(erasing).to_be_visible()
    findings = eyes.inspect("request")
    erasing.click()
    expect(page.get_by_role("button", name="Look for everything")).to_be_visible()
    findings += eyes.inspect("before the search")
    page.get_by_role("button", name="Look for everything").click()
    return findings


def erase(page: Page, eyes: Eyes) -> list[str]:
    expect(page.get_by_text("1 contact", exact=True)).to_be_visible(timeout=20_000)
    word = page.get_by_label("to confirm", exact=False)
    word.fill("yes")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("Type it exactly")).to_be_visible()
    findings = eyes.inspect("preview")
    word.fill("Erased person")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", name="Certificate of erasure")).to_be_visible(timeout=20_000)
    return findings


def certificate(page: Page, eyes: Eyes) -> list[str]:
    findings = eyes.inspect("certificate")
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    said = json.loads(download.value.path().read_text())
    assert said["rows"]["customers.contact"] == 1
    expect(page.get_by_text(said["sha256"])).to_be_visible()
    return findings


def asked_again(page: Page) -> None:
    """Where it was asked: it was done before. What "back" shows is the browser's, at times the form as it was left."""
    done = page.url
    page.goto(f"{done}erase/")
    expect(page.get_by_role("heading", name="Certificate of erasure")).to_be_visible()
    assert page.url == done
