"""An administrator's day in the browser: a role, its matrix, a person who moves and one who leaves, and why."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.eyes import Eyes

pytestmark = pytest.mark.browser


def test_roles_people_and_the_access_check(page: Page, eyes: Eyes, sign_in_as) -> None:
    sign_in_as("superadmin@demo.example")
    findings = [*create_a_role(page, eyes), *move_a_person(page, eyes), *deactivate(page, eyes), *ask_why(page, eyes)]
    assert not findings and not eyes.complaints()


def create_a_role(page: Page, eyes: Eyes) -> list[str]:
    page.goto("/settings/roles/")
    findings = eyes.inspect("roles")
    page.get_by_role("link", name="Read only").first.click()
    page.get_by_role("link", name="Copy").click()
    page.get_by_label("Name", exact=False).first.fill("Night shift")
    page.get_by_label("Short name", exact=False).fill("night-shift")
    page.get_by_label("Customers: write").select_option("own")
    page.get_by_label("Customers: read").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Customers: write")).to_be_focused()
    findings += eyes.inspect("matrix")
    page.get_by_role("button", name="Review the change").click()
    expect(page.get_by_text("customers:write")).to_be_visible()
    findings += eyes.inspect("review")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Night shift")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Customers: write").select_option("none")
    page.get_by_role("button", name="Review the change").click()
    expect(page.get_by_text("This adds 0, removes 1")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Edit")).to_be_visible()
    return [*findings, *eyes.inspect("role")]


def move_a_person(page: Page, eyes: Eyes) -> list[str]:
    page.goto("/settings/people/")
    findings = eyes.inspect("people")
    page.get_by_role("link", name="Romy Larkin").click()
    page.get_by_role("link", name="Role and teams").click()
    page.get_by_label("Role").select_option(label="Night shift")
    page.get_by_label("South").check()
    findings += eyes.inspect("person form")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main").get_by_role("link", name="Night shift")).to_be_visible()
    expect(page.locator("main").get_by_role("link", name="South")).to_be_visible()
    return findings


def deactivate(page: Page, eyes: Eyes) -> list[str]:
    page.goto("/settings/people/?search=ruben")
    page.get_by_role("link", name="Ruben Falk").click()
    page.get_by_role("link", name="Deactivate").click()
    page.get_by_label("Who takes over").select_option(label="Mara Lindqvist")
    findings = eyes.inspect("deactivation")
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Deactivated: no session")).to_be_visible()
    expect(page.get_by_text("Owns nothing that is open.")).to_be_visible()
    findings += eyes.inspect("person")
    page.get_by_role("button", name="Undo").first.click()
    page.locator("[data-confirm-yes]").click()
    expect(page.get_by_text(re.compile("Customers: "))).to_be_visible()
    page.get_by_role("button", name="Reactivate").click()
    expect(page.get_by_role("link", name="Deactivate")).to_be_visible()
    return findings


def ask_why(page: Page, eyes: Eyes) -> list[str]:
    page.goto("/settings/access/")
    page.get_by_label("Person").select_option(label="Rosa Moreau")
    page.get_by_label("Permission").select_option("customers:export")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("No: Rosa Moreau may not customers:export")).to_be_visible()
    findings = eyes.inspect("access check")
    page.goto("/settings/teams/")
    page.get_by_role("link", name="North").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("North")
    page.goto("/accounts/profile/")
    return [*findings, *eyes.inspect("profile")]
