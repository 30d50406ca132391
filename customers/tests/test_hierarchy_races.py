"""A below what is below B, and B below what is below A, at the same moment: one is refused."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from accounts.actors import actor_for
from crm.core.errors import Invalid
from customers.models import Customer
from customers.services import customers as service
from customers.services import hierarchy
from tests.meeting import meeting_place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _on_postgres():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")


@pytest.fixture
def tops(north):
    """Two groups of two: (top, what is below it)."""
    made = []
    for name in ("A", "B"):
        top = Customer.objects.create(name=name, team=north)
        made.append((top, Customer.objects.create(name=name.lower(), team=north, parent=top, account_level=1)))
    return made


def move_crosswise(boss, tops):
    (one, below_one), (other, below_other) = tops
    together = Barrier(2, timeout=10)

    def move(ends):
        moved, parent = (Customer.objects.get(pk=end.pk) for end in ends)
        together.wait()
        try:
            service.customer_update(actor_for(boss), moved.pk, parent=parent)
            return "done"
        except Invalid as error:
            return error.details[0]["code"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(move, [(one, below_other), (other, below_one)]))


def test_with_the_lock_one_is_refused(superadmin, tops):
    assert move_crosswise(superadmin, tops) == ["cycle", "done"]
    assert Customer.objects.filter(parent=None).count() == 1


def test_without_the_lock_they_make_a_circle(superadmin, tops, monkeypatch):
    meet = meeting_place(2, is_locked=False)
    check = hierarchy._is_above

    def both_checked(*args):
        found = check(*args)
        meet()
        return found

    monkeypatch.setattr(service, "lock_tree_of", lambda pk: None)
    monkeypatch.setattr(hierarchy, "_is_above", both_checked)
    # Levels are not part of what is shown here.
    monkeypatch.setattr(hierarchy, "level_below", lambda parent: 0)
    assert move_crosswise(superadmin, tops) == ["done", "done"]
    assert Customer.objects.filter(parent=None).count() == 0
