"""Two at the same moment: first the race with the lock off, then that the lock decides it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Application, RefreshToken, TokenFamily
from accounts.oauth.validator import Validator
from accounts.tests.oauth_flow import decide, redeem, refresh, tokens_for, userinfo
from tests.meeting import at_once, meeting_place

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set DATABASE_URL"),
]

MANY = 20


@pytest.fixture
def two_meet(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Callable[..., list[Any]]:
    """Calls twice at once; requests that both pass the checks wait for each other before either saves."""

    def run(call: Callable[[], Any]) -> list[Any]:
        meet = meeting_place(2, is_locked="without_lock" not in request.fixturenames)
        save = Validator.save_bearer_token

        def save_together(self: Validator, *args: Any, **kwargs: Any) -> None:
            meet()
            save(self, *args, **kwargs)

        monkeypatch.setattr(Validator, "save_bearer_token", save_together)
        return at_once([call, call])

    return run


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Validator, "locked", staticmethod(lambda rows: rows.first()))


def live_families() -> int:
    return TokenFamily.objects.filter(revoked_at__isnull=True).count()


def test_without_the_lock_two_refreshes_both_win(
    browser: Client, native: Application, two_meet: Any, without_lock: None
) -> None:
    token = tokens_for(browser, native)["refresh_token"]
    answers = two_meet(lambda: refresh(native, token))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert RefreshToken.objects.filter(revoked__isnull=True).count() == 2


def test_without_the_lock_two_redemptions_both_win(
    browser: Client, native: Application, two_meet: Any, without_lock: None
) -> None:
    code = decide(browser, native)["code"]
    answers = two_meet(lambda: redeem(native, code))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert live_families() == 2


def one_won(answers: list[Any]) -> dict[str, Any]:
    """The tokens of the winner; everybody else got a JSON refusal that nobody keeps."""
    won = [answer for answer in answers if answer.status_code == 200]
    lost = [answer for answer in answers if answer.status_code != 200]
    assert len(won) == 1
    for answer in lost:
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
        assert answer["Cache-Control"] == "no-store"
    return won[0].json()


def test_of_two_refreshes_that_meet_one_wins(browser: Client, native: Application, two_meet: Any) -> None:
    token = tokens_for(browser, native)["refresh_token"]
    one_won(two_meet(lambda: refresh(native, token)))
    assert live_families() == 0


def test_of_two_redemptions_that_meet_one_wins(browser: Client, native: Application, two_meet: Any) -> None:
    code = decide(browser, native)["code"]
    one_won(two_meet(lambda: redeem(native, code)))
    assert live_families() == 0


def test_trap_9_of_many_refreshes_one_wins_and_the_reuse_ends_the_family(browser: Client, native: Application) -> None:
    token = tokens_for(browser, native)["refresh_token"]
    won = one_won(at_once([lambda: refresh(native, token)] * MANY))
    assert live_families() == 0
    assert userinfo(won["access_token"]).status_code == 401


def test_of_many_redemptions_one_wins_and_the_replay_ends_the_family(browser: Client, native: Application) -> None:
    code = decide(browser, native)["code"]
    won = one_won(at_once([lambda: redeem(native, code)] * MANY))
    assert live_families() == 0
    assert userinfo(won["access_token"]).status_code == 401


def test_a_chain_refreshed_while_its_first_token_is_replayed_never_survives(
    browser: Client, native: Application
) -> None:
    first = tokens_for(browser, native)
    second = refresh(native, first["refresh_token"]).json()
    calls = [lambda: refresh(native, second["refresh_token"]), lambda: refresh(native, first["refresh_token"])]
    for answer in at_once(calls):
        if answer.status_code == 200:
            assert userinfo(answer.json()["access_token"]).status_code == 401
    assert live_families() == 0
