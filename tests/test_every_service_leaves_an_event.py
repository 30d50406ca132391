"""Every function that acts for somebody leaves an event, or says why it changes nothing (AUDIT-1).

The functions are found by reflection: whatever takes an Actor first. A new one fails here until
tests/service_calls.py knows a call of it with a real effect, or a reason.
"""

import inspect
import pkgutil
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.db import transaction

from accounts.actors import actor_for
from auditlog.models import AuditEvent
from crm.core.actor import Actor
from tests.service_calls import CALLS, REASONS, Scene
from tests.south import build

PACKAGES = ("accounts", "auditlog", "crm", "customers", "deals")
pytestmark = pytest.mark.django_db


def modules() -> Iterator[Any]:
    for package in map(import_module, PACKAGES):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not {"tests", "migrations"} & set(found.name.split(".")):
                yield import_module(found.name)


def acting_functions() -> set[str]:
    """Public functions, and services made by `partial` of a shared one."""
    names = set()
    for module in modules():
        for name, found in vars(module).items():
            is_own = isinstance(found, partial) or getattr(found, "__module__", "") == module.__name__
            if not name.startswith("_") and is_own and acts_first(found):
                names.add(name)
    return names


def acts_first(found: Any) -> bool:
    if not (inspect.isfunction(found) or isinstance(found, partial)):
        return False
    first = next(iter(inspect.signature(found).parameters.values()), None)
    return first is not None and first.annotation in (Actor, "Actor")


ACTING = acting_functions()


def test_every_acting_function_is_known():
    unknown = sorted(ACTING - set(CALLS) - set(REASONS))
    assert not unknown, f"say in tests/service_calls.py how to call {unknown}, or why they leave no event"


def test_what_the_table_knows_is_still_there():
    assert not sorted((set(CALLS) | set(REASONS)) - ACTING)
    assert not sorted(set(CALLS) & set(REASONS))


def areas() -> dict[str, list[str]]:
    """Services by their first word: one scene for each, to be fast."""
    found: dict[str, list[str]] = {}
    for name in sorted(CALLS):
        found.setdefault(name.partition("_")[0], []).append(name)
    return found


AREAS = areas()


@pytest.fixture
def scene(superadmin, make_user, north, settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    person = make_user("rep@north.example", teams=(north,))
    heir = make_user("heir@north.example", teams=(north,))
    return Scene(actor_for(superadmin), superadmin, heir, build(north, person, actor_for(person)))


@pytest.mark.parametrize("names", AREAS.values(), ids=AREAS.keys())
def test_a_service_leaves_an_event_and_none_when_it_is_taken_back(scene, names):
    before = AuditEvent.objects.count()
    silent = [name for name in names if not events_of(scene, name)]
    assert not silent
    assert AuditEvent.objects.count() == before


def events_of(scene: Scene, name: str) -> int:
    """How many events the call leaves; everything is taken back."""
    with transaction.atomic():
        call = CALLS[name](scene)
        before = AuditEvent.objects.count()
        with transaction.atomic():
            call()
        left = AuditEvent.objects.count() - before
        transaction.set_rollback(True)
    return left
