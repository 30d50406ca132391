"""Helpers of the tests about the password door: a clock that is moved, and attempts from chosen addresses."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

LOGIN = "/accounts/login/"
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"
JSON = {"Accept": "application/json"}


class Clock:
    """What `timezone.now()` answers while a test runs."""

    def __init__(self) -> None:
        self.at = timezone.now()

    def now(self) -> datetime:
        return self.at

    def wait(self, **amount: float) -> None:
        self.at += timedelta(**amount)


def attempt(email: str, password: str = "wrong", *, address: str = HERE, **headers: str) -> Any:
    """One try at the sign-in page by a fresh browser."""
    form = {"login": email, "password": password}
    return Client(REMOTE_ADDR=address).post(LOGIN, form, headers=headers or None)


def fail(clock: Clock, email: str, times: int, *, address: str = HERE) -> list[Any]:
    """Wrong passwords, each after the wait that the one before asked for."""
    answers = []
    for _ in range(times):
        answers.append(attempt(email, address=address))
        clock.wait(seconds=61)
    return answers


def is_signed_in(answer: Any) -> bool:
    return answer.status_code == 302 and "_auth_user_id" in answer.client.session
