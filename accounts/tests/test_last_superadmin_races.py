"""Two superadmins act on each other at the same moment: first with the lock off, then with it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from accounts import administration
from accounts.actors import actor_for
from accounts.administration import people
from accounts.models import Role, User
from conftest import signed_in_at
from crm.core.errors import CrmError
from tests.meeting import meeting_place

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set DATABASE_URL"),
]


@pytest.fixture
def two(make_user: Any) -> tuple[User, User]:
    return make_user("one@vouch.example", "superadmin"), make_user("two@vouch.example", "superadmin")


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Both pass the check before either commits, unless something holds one of them."""
    meet = meeting_place(2, is_locked="without_lock" not in request.fixturenames)
    check = people.ensure_a_superadmin_is_left

    def check_together() -> None:
        check()
        meet()

    monkeypatch.setattr(people, "ensure_a_superadmin_is_left", check_together)


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "lock_superadmins", lambda: None)


def both(calls: list[Callable[[], Any]]) -> list[Any]:
    """What each call answered; a refusal by its code."""
    start = Barrier(2)

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return call()
        except CrmError as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, calls))


def demote(actor: User, person: User) -> Callable[[], Any]:
    role, who = Role.objects.get(name="sales_rep"), actor_for(actor)
    return lambda: administration.user_update(who, person.pk, role=role) and None


def deactivate(actor: User, person: User) -> Callable[[], Any]:
    who = actor_for(actor)
    return lambda: administration.user_deactivate(who, person.pk) and None


def through_the_admin(actor: User, person: User) -> Callable[[], Any]:
    client = Client()
    client.force_login(actor, backend="accounts.backends.EmailBackend")
    signed_in_at(client, actor, 10**10)
    person.refresh_from_db()
    form = {"email": person.email, "full_name": "", "role": str(person.role_id), "teams": [], "time_zone": ""}
    return lambda: client.post(f"/admin/accounts/user/{person.pk}/change/", form).status_code


def superadmins() -> int:
    return User.objects.filter(role__name="superadmin", is_active=True).count()


@pytest.mark.parametrize("act", [demote, deactivate])
def test_without_the_lock_both_go(two: Any, meeting: None, without_lock: None, act: Any) -> None:
    one, other = two
    assert both([act(one, other), act(other, one)]) == [None, None]
    assert superadmins() == 0


@pytest.mark.parametrize("act", [demote, deactivate])
def test_with_the_lock_one_stays(two: Any, meeting: None, act: Any) -> None:
    one, other = two
    answers = both([act(one, other), act(other, one)])
    assert superadmins() == 1 and set(answers) == {None, "last_superadmin"}


def test_through_the_admin_one_stays(two: Any, meeting: None) -> None:
    """The other one is refused, or finds the session ended already."""
    one, other = two
    answers = both([through_the_admin(one, other), through_the_admin(other, one)])
    assert superadmins() == 1 and set(answers) <= {302, 409}


def test_demoting_oneself_while_the_other_is_deactivated(two: Any, meeting: None) -> None:
    one, other = two
    answers = both([demote(one, one), deactivate(one, other)])
    assert superadmins() == 1 and "last_superadmin" in answers
