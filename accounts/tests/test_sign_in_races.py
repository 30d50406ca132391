"""Many guesses at the same moment are no more checks than the limit: first with the count after the check, as usual."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory

from accounts import backends
from accounts.models import LoginDoor, User
from accounts.signin import door, rules
from accounts.signin.door import Attempt, Claim
from accounts.signin.errors import LoginLinkRequired, LoginLocked, LoginTooSoon
from accounts.tests.sign_in_door import HERE, attempt, is_signed_in
from auditlog.models import SecurityEvent
from conftest import PASSWORD
from tests.meeting import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set DATABASE_URL"),
]

MANY = 20


@pytest.fixture(autouse=True)
def _nobody_else_counts(settings: Any) -> None:
    """Limits by address would hide what the door does."""
    cache.clear()
    settings.RATE_LIMIT_ENABLED = False
    settings.ACCOUNT_RATE_LIMITS = {"login": None}


def guess(user: User, address: str = HERE) -> Any:
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    try:
        return backends.EmailBackend().authenticate(request, email=user.email, password="wrong")
    except (LoginLocked, LoginTooSoon, LoginLinkRequired) as refusal:
        return refusal.code


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the limit itself, without the growing wait that ends such a burst even earlier."""
    monkeypatch.setattr(rules, "FREE_FAILURES", 1000)


def test_counted_after_the_check_twenty_guesses_are_twenty_checks(owner, checks, monkeypatch):
    monkeypatch.setattr(door, "attempt_begin", lambda claim, at: Attempt(claim, at, locks=False))
    at_once([lambda: guess(owner)] * MANY)
    assert len(checks) == MANY


def test_twenty_guesses_at_once_are_five_checks(owner, checks, no_waits):
    answers = at_once([lambda: guess(owner)] * MANY)
    assert len(checks) == 5 and answers.count("login_locked") == MANY - 5
    assert LoginDoor.objects.get().failures == 5
    assert SecurityEvent.objects.filter(kind="login.locked").count() == 1


def test_twenty_guesses_at_once_through_the_page_are_at_most_five_checks(owner, checks):
    answers = at_once([lambda: attempt(owner.email).status_code] * MANY)
    assert len(checks) <= 5 and answers.count(423) >= MANY - 5
    assert attempt(owner.email, PASSWORD).status_code == 423


def test_a_household_that_guesses_from_all_its_addresses_at_once_gets_five_checks(owner, checks, no_waits):
    at_once([lambda one=number: guess(owner, f"2001:db8::{one:x}") for number in range(MANY)])  # type: ignore[misc]
    assert len(checks) == 5


def test_forty_strangers_at_once_get_twenty_checks(owner, checks):
    answers = at_once([lambda one=number: guess(owner, f"203.0.113.{one}") for number in range(40)])  # type: ignore[misc]
    assert len(checks) == 20 and answers.count("login_link_required") == 20


def test_the_right_password_among_parallel_wrong_ones_of_others_gets_in(owner, teammate):
    calls = [lambda: attempt(teammate.email)] * 8 + [lambda: attempt(owner.email, PASSWORD)]
    answers = at_once(calls)
    assert is_signed_in(answers[-1])


def test_sweeping_while_people_try_loses_no_count(owner, no_waits):
    claim = Claim(owner.email, HERE, owner.pk)
    stale = Claim("made-up@nowhere.example", HERE)
    moment = backends.timezone.now()
    door.attempt_begin(stale, moment - rules.DAY * 3)
    calls = [lambda: door.sweep(moment)] * 4 + [lambda: door.attempt_begin(stale, moment)] * 4
    at_once([*calls, *[lambda: door.attempt_begin(claim, moment)] * 4])
    counts = dict(LoginDoor.objects.values_list("person", "failures"))
    assert counts == {owner.email: 4, stale.person: 4}
