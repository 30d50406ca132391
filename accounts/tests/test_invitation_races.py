"""One link, answered by many at the same moment: one account."""

from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.invitations import accepting
from accounts.invitations.services import invitation_create
from accounts.models import Invitation, Role, User
from tests.meeting import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set DATABASE_URL"),
]
ANSWER = {"full_name": "Nora New", "time_zone": "UTC", "password": "Copper-kettle-91"}
MANY = 10


@pytest.fixture
def path(as_actor, superadmin, north, mailoutbox) -> str:
    cache.clear()
    role = Role.objects.get(name="sales_rep")
    invitation_create(as_actor(superadmin), email="nora@north.example", role=role, teams=[north])
    word = next(word for word in mailoutbox[0].body.split() if "/accounts/invitation/" in word)
    return "/" + word.partition("://")[2].partition("/")[2]


def answers(path: str) -> list[Any]:
    return at_once([partial(Client().post, path, ANSWER)] * MANY)


def test_of_many_answers_one_makes_the_account(path):
    statuses = sorted(answer.status_code for answer in answers(path))
    assert statuses == [302] + [404] * (MANY - 1)
    user = User.objects.get(email="nora@north.example")
    assert user.memberships.count() == 1 and user.former_passwords.count() == 1
    assert Invitation.objects.get().state == "accepted"


def test_even_without_the_lock_the_address_is_given_once(path, monkeypatch):
    unlocked = accepting.open_invitation
    monkeypatch.setattr(accepting, "open_invitation", lambda token, at=None, lock=False: unlocked(token, at=at))
    assert sorted(answer.status_code for answer in answers(path))[:1] == [302]
    assert User.objects.filter(email="nora@north.example").count() == 1
