"""Fixtures for every test: three personas (owner, teammate, outsider), their clients, and a clean trail."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.actors import actor_for
from accounts.apikeys.usage import tally
from accounts.models import Membership, Role, Team, User
from accounts.seeding import seed_roles
from auditlog import append_only
from auditlog.alerts.reading import tally as rows_tally
from auditlog.alerts.seeding import seed_rules
from auditlog.models import AnomalyRule
from crm import urls as wired  # noqa: F401 – what crm.wiring couples holds from the first test on, as in every process
from crm.core.actor import Actor
from customers.models import Lifecycle
from customers.seeding import seed_lifecycles
from deals.models import Pipeline, Stage
from deals.seeding import seed_pipeline
from tests.migrated import migrated_file

PASSWORD = "Lantern-over-harbour-7"


COMMITTING = {"transactional_db", "live_server"}


def commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return bool(COMMITTING & set(request.fixturenames) or (marker and marker.kwargs.get("transaction")))


@pytest.fixture
def _triggers_back(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    yield
    if commits(request):
        with django_db_blocker.unblock():
            append_only.run(connection, append_only.INSTALL)
            seed()


def seed() -> None:
    """What migrations put there and the cleaning took away."""
    seed_roles(Role)
    seed_pipeline(Pipeline, Stage)
    seed_lifecycles(Lifecycle)
    seed_rules(AnomalyRule)


@pytest.fixture
def _django_db_helper(request: pytest.FixtureRequest, _triggers_back: None, _django_db_helper: None) -> Iterator[None]:
    """Tests that commit are cleaned by deleting every row, which the audit triggers forbid by design.

    Wraps pytest-django's own fixture, because only so the triggers are gone before it cleans and back after it,
    whichever way a test asks for the database.
    """
    if not commits(request):
        yield
        return
    seed()
    yield
    append_only.run(connection, append_only.REMOVE)


@pytest.fixture(autouse=True)
def _nothing_was_counted() -> Iterator[None]:
    """What one test counted must not be written in the next one."""
    tally.forget()
    rows_tally.forget()
    yield
    tally.forget()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to copy, never to write to."""
    own = tmp_path_factory.getbasetemp()
    return migrated_file(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture
def make_user(db: Any) -> Callable[..., User]:
    def make(email: str, role: str = "sales_rep", teams: tuple[Team, ...] = (), **fields: Any) -> User:
        user = User.objects.create_user(email, PASSWORD, role=Role.objects.get(name=role), **fields)
        for team in teams:
            Membership.objects.create(user=user, team=team)
        return user

    return make


@pytest.fixture
def north(db: Any) -> Team:
    return Team.objects.create(name="North")


@pytest.fixture
def south(db: Any) -> Team:
    return Team.objects.create(name="South")


@pytest.fixture
def owner(make_user: Callable[..., User], north: Team) -> User:
    return make_user("owner@north.example", teams=(north,), full_name="Olive Owner")


@pytest.fixture
def teammate(make_user: Callable[..., User], north: Team) -> User:
    return make_user("teammate@north.example", teams=(north,), full_name="Tom Teammate")


@pytest.fixture
def outsider(make_user: Callable[..., User], south: Team) -> User:
    return make_user("outsider@south.example", teams=(south,), full_name="Oscar Outsider")


@pytest.fixture
def superadmin(make_user: Callable[..., User], north: Team) -> User:
    return make_user("super@vouch.example", role="superadmin", teams=(north,), full_name="Sue Super")


@pytest.fixture
def as_actor() -> Callable[[User], Actor]:
    return actor_for


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A browser-like client of a signed-in person."""

    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="accounts.backends.EmailBackend")
        signed_in_at(client, user, time.time())
        return client

    return client_of


def signed_in_at(client: Client, user: User, at: float) -> None:
    """Notes in the session when the password was given, as signing in does; sensitive acts ask for a recent one."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": at}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture
def sign_in_long_ago(sign_in: Callable[[User], Client]) -> Callable[[User], Client]:
    """A client whose password was given too long ago for a sensitive act."""

    def client_of(user: User) -> Client:
        client = sign_in(user)
        signed_in_at(client, user, time.time() - 3600)
        return client

    return client_of


@pytest.fixture
def api(sign_in: Callable[[User], Client]) -> Callable[..., Any]:
    """`api(user).get("customers/", …)`: JSON in and out under /api/v1/, with the session door."""

    class Api:
        def __init__(self, user: User) -> None:
            self.client = sign_in(user)

        def __getattr__(self, method: str) -> Callable[..., Any]:
            def call(path: str, data: Any = None, **headers: Any) -> Any:
                send = getattr(self.client, method)
                options = {"data": data} if method == "get" else {"data": data, "content_type": "application/json"}
                return send(f"/api/v1/{path}", headers=headers or None, **options)

            return call

    return Api
