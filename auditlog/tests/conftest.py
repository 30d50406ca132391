"""What the tests of traps and of alerts share."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command

from accounts.models import Application
from accounts.oauth.clients import client_create
from auditlog.honeypots.snapshot import snapshot
from crm.core.actor import Actor

Commit = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def _nobody_is_banned() -> Iterator[None]:
    """What this process remembers of bans must not outlive the test that made them."""
    snapshot.forget()
    yield
    snapshot.forget()


@pytest.fixture
def application(db: None) -> Application:
    uris = ["http://127.0.0.1/callback"]
    return client_create(
        Actor.system("test"), name="Tool", client_type="public", redirect_uris=uris, scopes=["customers:read"]
    )[0]


@pytest.fixture
def call_purge() -> Callable[[], bool]:
    def purge() -> bool:
        call_command("purge_expired")
        return True

    return purge


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Commit:
    """`with committed(): …` runs what waits for the commit, rules among it."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def quiet_cache() -> Iterator[None]:
    """What was sampled or counted in the cache by another test does not count here."""
    cache.clear()
    yield
    cache.clear()
