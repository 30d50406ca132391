"""The same code from two places at once: first the race with the lock off, then that the lock decides it."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.mfa import codes, services
from accounts.models import CodeFailure, User
from accounts.tests.second_factor import connect_app, give_code, give_password, is_signed_in, recovery_codes
from accounts.tests.test_second_factor_codes import NOON
from crm.core.errors import Conflict
from tests.meeting import at_once, meeting_place

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set DATABASE_URL"),
]

MANY = 12


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def two_meet(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Calls twice at once; those that both find the code right wait for each other before either uses it up."""

    def run(call: Callable[[], Any], is_locked: bool = True) -> list[Any]:
        meet, find = meeting_place(2, is_locked), codes.matching_counter

        def find_together(*args: Any, **kwargs: Any) -> int | None:
            counter = find(*args, **kwargs)
            if counter is not None:
                meet()
            return counter

        monkeypatch.setattr(codes, "matching_counter", find_together)
        return at_once([call, call])

    return run


def test_without_the_lock_both_get_in(owner: User, two_meet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    app = connect_app(owner)
    monkeypatch.setattr(codes, "locked", lambda user: User.objects.get(pk=user.pk))
    verdicts = two_meet(lambda: codes.check_code(owner, app.code(NOON), NOON), is_locked=False)
    assert [verdict.factor is not None for verdict in verdicts] == [True, True]


def test_of_two_that_meet_one_gets_in(owner: User, two_meet: Any) -> None:
    app = connect_app(owner)
    verdicts = two_meet(lambda: codes.check_code(owner, app.code(NOON), NOON))
    assert sorted(verdict.factor is not None for verdict in verdicts) == [False, True]


def test_of_many_browsers_one_signs_in(owner: User) -> None:
    app = connect_app(owner)
    browsers: list[Client] = [give_password(owner) for _ in range(4)]
    code = app.code()
    at_once([lambda browser=one: give_code(browser, code) for one in browsers])
    assert sum(is_signed_in(one) for one in browsers) == 1


def test_a_recovery_code_works_once_for_many(owner: User) -> None:
    connect_app(owner)
    code = recovery_codes(owner)[0]
    verdicts = at_once([lambda: codes.check_code(owner, code, NOON)] * 4)
    assert sum(verdict.factor is not None for verdict in verdicts) == 1


def test_many_guesses_at_once_are_five(owner: User) -> None:
    connect_app(owner)
    verdicts = at_once([lambda: codes.check_code(owner, "wrong", NOON)] * MANY)
    assert sum(not verdict.limited for verdict in verdicts) == 5
    assert CodeFailure.objects.filter(user=owner).count() == 5


def test_of_two_last_factors_one_stays_where_it_is_compulsory(owner: User, as_actor: Any, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR = "all"
    actor = as_actor(owner)
    keys = [
        Authenticator.objects.create(user=owner, type="webauthn", data={"name": name, "credential": {}}).pk
        for name in ("Laptop", "Phone")
    ]

    def remove(pk: int) -> str:
        try:
            return services.factor_remove(actor, pk)
        except Conflict as refusal:
            return refusal.code

    assert "last_factor" in at_once([lambda pk=pk: remove(pk) for pk in keys])
    assert Authenticator.objects.filter(user=owner).count() == 1


def test_recovery_codes_are_shown_to_one_of_many(owner: User, as_actor: Any) -> None:
    connect_app(owner)
    recovery_codes(owner)
    actor = as_actor(owner)

    def reveal() -> bool:
        with suppress(Exception):
            return bool(services.recovery_codes_reveal(actor))
        return False

    assert sum(at_once([reveal] * 4)) == 1
