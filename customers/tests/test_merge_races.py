"""Two merges of the same pair at the same moment: one wins, and neither record is swallowed by both."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, connections

from accounts.actors import actor_for
from crm.core.errors import CrmError
from customers.models import Customer, Merge, Note
from customers.services import merges
from tests.meeting import meeting_place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _on_postgres():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")


@pytest.fixture
def pair(north):
    made = [Customer.objects.create(name=name, team=north) for name in ("One", "Two")]
    for one in made:
        Note.objects.create(body=one.name, customer=one, team=north)
    return made


def merge_together(boss, pairs):
    together = Barrier(2, timeout=10)

    def run(pair):
        together.wait()
        try:
            merges.customer_merge(actor_for(boss), *pair)
            return "done"
        except CrmError as error:
            return error.code
        except (DatabaseError, Customer.DoesNotExist) as error:
            return type(error).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(run, pairs))


@pytest.mark.parametrize("is_crossed", [False, True], ids=["the same way", "each into the other"])
def test_with_the_lock_one_wins_and_the_other_is_told_where_it_went(superadmin, pair, is_crossed):
    one, two = (customer.pk for customer in pair)
    answers = merge_together(superadmin, [(one, two), (two, one) if is_crossed else (one, two)])
    assert answers == ["done", "merged"]
    left = Customer.objects.get()
    assert left.notes.count() == 2 and Merge.objects.count() == 1


def test_without_the_lock_both_run_into_each_other(superadmin, pair, monkeypatch):
    """Both have read both records before either writes: the database has to break it off, and nobody is told why."""
    meet = meeting_place(2, is_locked=False)

    def unlocked(model, actor, pk, other, version):
        found = model.objects.get(pk=pk), model.objects.get(pk=other)
        meet()
        return found

    monkeypatch.setattr(merges, "lock_tree_of", lambda pk: None)
    monkeypatch.setattr(merges, "_locked_pair", unlocked)
    one, two = (customer.pk for customer in pair)
    answers = merge_together(superadmin, [(one, two), (two, one)])
    assert "done" in answers and "merged" not in answers and answers != ["done", "done"]
