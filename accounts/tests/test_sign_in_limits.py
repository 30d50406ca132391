"""Guessing a password ends in a page that says so, in the product's own words."""

import pytest
from django.core.cache import cache

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()
    yield
    cache.clear()


def test_too_many_wrong_passwords_are_429_and_leave_nobody_signed_in(client, owner):
    form = {"login": owner.email, "password": "wrong"}
    answers = [client.post("/accounts/login/", form) for _ in range(32)]
    assert b"Too many failed login attempts" in answers[8].content
    last = answers[-1]
    assert last.status_code == 429
    assert b"Too many attempts" in last.content
    assert last["Retry-After"] == "300"
    assert "_auth_user_id" not in client.session
