"""Nobody learns from text, status or time whether an address belongs to an account."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.signin import forms, links
from accounts.tests.sign_in_door import JSON, attempt
from conftest import PASSWORD
from crm.outbox.draining import drain
from crm.outbox.models import Delivery

pytestmark = pytest.mark.django_db
UNKNOWN = "nobody@north.example"


@pytest.fixture(autouse=True)
def _no_other_limits(settings: Any) -> Iterator[None]:
    settings.RATE_LIMIT_ENABLED = False
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every computation of Argon2, to make a hash or to compare with one."""
    made: list[str] = []
    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, name, counting(name, made))
    return made


def counting(name: str, made: list[str]) -> Callable[..., Any]:
    original = getattr(Argon2PasswordHasher, name)

    def counted(self: Argon2PasswordHasher, *args: Any, **kwargs: Any) -> Any:
        made.append(name)
        return original(self, *args, **kwargs)

    return counted


@pytest.fixture
def people(owner: User, teammate: User) -> list[str]:
    """Known, deactivated, without a usable password, unknown."""
    User.objects.filter(pk=teammate.pk).update(is_active=False)
    invited = User.objects.create_user("invited@north.example")
    return [owner.email, teammate.email, invited.email, UNKNOWN]


# Nonces, tokens, trace ids, moments: different in any two answers.
VARYING = re.compile(r"nonce=\"[^\"]+|nonce-[^']+|\b\w{64}\b|\b[0-9a-f]{32}\b|\"timestamp\": \"[^\"]+")
PASSING = {"Content-Length", "Expires"}


def shape(answer: Any, email: str) -> tuple[int, str, dict[str, str]]:
    """The answer without what differs between any two answers."""
    text = VARYING.sub("", answer.content.decode()).replace(email, "somebody")
    headers = {name: VARYING.sub("", value) for name, value in answer.headers.items() if name not in PASSING}
    return answer.status_code, text, headers


@pytest.mark.parametrize("headers", [{}, JSON], ids=["page", "json"])
def test_seven_attempts_look_the_same_for_everybody(people, headers, clock):
    for _turn in range(7):
        cache.clear()
        answers = [shape(attempt(email, **headers), email) for email in people]
        assert answers == [answers[0]] * len(people)


def test_seven_attempts_with_pauses_cost_everybody_the_same_hashes_and_statements(people, hashes, clock):
    costs: dict[str, list[tuple[int, int]]] = {email: [] for email in people}
    for _turn in range(7):
        cache.clear()
        for email in people:
            before = len(hashes)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                attempt(email)
            costs[email].append((len(hashes) - before, len(captured)))
        clock.wait(seconds=61)
    assert len({tuple(spent) for spent in costs.values()}) == 1
    assert [computed for computed, _statements in costs[UNKNOWN]] == [1, 1, 1, 1, 1, 0, 0]


def test_an_attempt_costs_exactly_one_hash(people, hashes):
    attempt(UNKNOWN)
    assert hashes == ["encode"]
    attempt(people[0])
    assert hashes == ["encode", "verify"]


def test_many_guesses_from_everywhere_look_the_same_for_everybody(people, clock):
    answers: dict[str, list[int]] = {email: [] for email in people}
    for number in range(22):
        for email in people:
            answers[email].append(attempt(email, address=f"203.0.113.{number}").status_code)
    assert all(statuses == [200] * 20 + [429] * 2 for statuses in answers.values())


def test_only_the_right_password_tells_that_an_account_is_deactivated(people):
    assert attempt(people[1], PASSWORD)["Location"] == "/accounts/inactive/"
    assert attempt(people[1], "wrong").status_code == 200


@pytest.mark.parametrize("headers", [{}, JSON], ids=["page", "json"])
def test_a_reset_looks_the_same_for_everybody(people, headers):
    answers = []
    for email in people:
        cache.clear()
        answers.append(shape(Client().post("/accounts/password/reset/", {"email": email}, headers=headers), email))
    assert all(answer == answers[0] for answer in answers)


def test_a_reset_is_answered_before_anybody_looks_for_the_account(people, monkeypatch, mailoutbox):
    """What takes long for a person we know, making and sending a mail, happens after the answer."""
    waiting: list[Callable[[], object]] = []
    monkeypatch.setattr(forms, "later", waiting.append)
    statements = []
    for email in people:
        with CaptureQueriesContext(connection) as captured:
            Client().post("/accounts/password/reset/", {"email": email})
        statements.append([re.sub(r"'[^']*'", "", one["sql"]) for one in captured])
    assert all(one == statements[0] for one in statements) and not Delivery.objects.exists()
    assert not [sql for sql in statements[0] if "accounts_user" in sql]
    for task in waiting:
        task()
    drain()
    assert [mail.to for mail in mailoutbox] == [["owner@north.example"], ["invited@north.example"]]


def test_the_link_goes_to_the_address_we_hold(owner, mailoutbox, rf):
    links.mail_reset_link(rf.get("/"), "ｏｗｎｅｒ@NORTH.example")
    drain()
    assert [mail.to for mail in mailoutbox] == [[owner.email]]
