"""Somebody saves a record while it is being erased, on two connections: the edit comes before, or is refused after."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, connections

from crm.core.errors import Erased
from crm.privacy import erasing
from crm.privacy.erasing import subject_erase
from crm.privacy.tests.conftest import EMAIL
from crm.privacy.tests.test_erasure import erasure_of
from customers.services import contact_update

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
CELLO = "Wilma Zuckermann plays the cello"


@pytest.fixture(autouse=True)
def _on_postgres():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")


@pytest.fixture
def slow_erasure(monkeypatch):
    """Stops an erasure between finding and blanking; answers (it is there, go on)."""
    there, go_on = Event(), Event()
    apply = erasing._apply

    def stops(actor, plan):
        there.set()
        assert go_on.wait(10)
        apply(actor, plan)

    monkeypatch.setattr(erasing, "_apply", stops)
    return there, go_on


def in_a_thread(pool, act, *args, **values):
    def run():
        try:
            act(*args, **values)
            return "done"
        except Erased as refusal:
            return refusal.code
        finally:
            connections.close_all()

    return pool.submit(run)


def race(slow_erasure, officer, actor, wilma):
    """An edit without a version, begun while the erasure knows what it will blank. Answers what each came to."""
    there, go_on = slow_erasure
    request = erasure_of(officer, wilma)
    with ThreadPoolExecutor(2) as pool:
        erased = in_a_thread(pool, subject_erase, officer, request.pk)
        assert there.wait(10)
        edited = in_a_thread(pool, contact_update, actor, wilma.pk, description=CELLO, email=EMAIL)
        before = edited.done() or waits(edited)
        go_on.set()
        return erased.result(20), edited.result(20), before


def waits(future, seconds=1.0):
    """True when it came to an end by itself."""
    try:
        future.result(seconds)
    except TimeoutError:
        return False
    return True


def test_with_the_lock_the_edit_waits_and_is_refused(slow_erasure, officer, actor, wilma):
    assert race(slow_erasure, officer, actor, wilma) == ("done", "erased", False)
    wilma.refresh_from_db()
    assert (wilma.description, wilma.email) == ("", "") and wilma.is_erased


def test_without_the_lock_the_edit_is_lost_unseen(slow_erasure, officer, actor, wilma, monkeypatch):
    """Both end well, and one of them did not happen: what the edit told its author was kept is gone."""
    monkeypatch.setattr(erasing, "_locked", lambda subjects: subjects)
    assert race(slow_erasure, officer, actor, wilma) == ("done", "done", True)
    wilma.refresh_from_db()
    assert wilma.is_erased and CELLO not in wilma.description
