"""While Redis is away people sign in, guessing is still counted, and every lock still holds."""

from typing import Any

import pytest
from allauth.core import ratelimit
from django.core.cache import cache, caches
from django.test import RequestFactory

from accounts.tests.sign_in_door import attempt, fail, is_signed_in
from conftest import PASSWORD
from crm.outbox.draining import drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _redis_is_away(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nobody listens at that port."""
    settings.RATE_LIMIT_ENABLED = False
    options = {"SOCKET_CONNECT_TIMEOUT": 0.3}
    away = {
        "BACKEND": "crm.core.caching.backend.RedisOrMemoryCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": options,
    }
    settings.CACHES = {"default": away}
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("somebody waits for Redis"))
    caches["default"].memory.clear()
    yield
    caches["default"].memory.clear()


def test_the_right_password_opens_and_five_wrong_ones_lock(owner, clock):
    assert is_signed_in(attempt(owner.email, PASSWORD))
    assert [answer.status_code for answer in fail(clock, owner.email, 5)] == [200] * 5
    assert attempt(owner.email, PASSWORD).status_code == 423


def test_a_reset_is_answered_and_mailed(client, owner, mailoutbox):
    assert client.post("/accounts/password/reset/", {"email": owner.email}).status_code == 302
    drain()
    assert len(mailoutbox) == 1


def test_the_limits_of_the_library_go_on_counting_in_this_process():
    request = RequestFactory().post("/")
    answers = [ratelimit.consume(request, action="login_failed", key="a code of somebody") for _ in range(7)]
    assert answers == [True] * 5 + [False] * 2


def test_what_is_stored_meanwhile_is_found_again():
    cache.set("a", 1, 60)
    assert (cache.get("a"), cache.get("b", "none"), cache.add("a", 2), cache.add("b", 3)) == (1, "none", False, True)
    assert cache.delete("a") is True and cache.get("a") is None
