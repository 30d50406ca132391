"""OAuth clients for the tests, a clock, and which passwords were compared."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Application, Role, Team, User
from accounts.oauth.clients import client_create
from accounts.tests.sign_in_door import Clock
from crm.core.actor import Actor

SCOPES = ["customers:read", "customers:write", "deals:read", "deals:write", "audit:manage"]


@pytest.fixture
def native(db: Any) -> Application:
    """A public client on a person's machine."""
    return client_create(
        Actor.system("test"),
        name="Desk tool",
        client_type="public",
        redirect_uris=["http://127.0.0.1/callback"],
        scopes=SCOPES,
    )[0]


@pytest.fixture
def confidential(db: Any) -> tuple[Application, str]:
    """A web server's client and its secret."""
    return client_create(
        Actor.system("test"),
        name="Mail robot",
        client_type="confidential",
        redirect_uris=["http://127.0.0.1/callback", "https://robot.example/done"],
        scopes=SCOPES,
    )


@pytest.fixture
def robot(north: Team) -> tuple[Application, str]:
    """A program that acts by itself in team North, and its secret."""
    return client_create(
        Actor.system("test"),
        name="Night shift",
        client_type="confidential",
        scopes=["customers:read", "customers:write", "audit:manage"],
        role=Role.objects.get(name="sales_rep"),
        teams=[north],
    )


@pytest.fixture
def browser(owner: User, sign_in: Any) -> Client:
    """Olive, signed in."""
    return sign_in(owner)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", clock.now)
    return clock


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were really compared."""
    made: list[str] = []
    check = User.check_password

    def counted(self: User, raw: str) -> bool:
        made.append(raw)
        return check(self, raw)

    monkeypatch.setattr(User, "check_password", counted)
    return made
