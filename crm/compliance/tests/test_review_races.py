"""Two reviewers decide the same item at the same moment: one decision is kept, and revoked once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from accounts.actors import actor_for
from auditlog.models import AuditEvent
from crm.compliance import deciding
from crm.core.errors import Conflict
from tests.meeting import meeting_place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _on_postgres():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")


def decide_together(review, item, people):
    together = Barrier(len(people), timeout=10)

    def decide(person):
        together.wait()
        try:
            deciding.item_decide(
                actor_for(person),
                review.pk,
                item.pk,
                decision="revoke",
                comment=f"By {person}",
                replacement="read_only",
            )
            return "done"
        except Conflict as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people)) as pool:
        return sorted(pool.map(decide, people))


def test_with_the_lock_one_decides(review, item_of, admin, superadmin, owner):
    review.reviewers.add(superadmin)
    assert decide_together(review, item_of(owner, "role"), [admin, superadmin]) == ["done", "item_decided"]
    assert AuditEvent.objects.filter(action="review_items.revoked").count() == 1


def test_without_the_lock_both_would(review, item_of, admin, superadmin, owner, monkeypatch):
    review.reviewers.add(superadmin)
    monkeypatch.setattr(deciding, "locked_review", lambda *args, **kwargs: review)
    monkeypatch.setattr(deciding, "_locked_item", lambda running, pk: running.items.get(pk=pk))
    meet = meeting_place(2, is_locked=False)
    check = deciding._check

    def both_checked(*args):
        check(*args)
        meet()

    monkeypatch.setattr(deciding, "_check", both_checked)
    assert decide_together(review, item_of(owner, "role"), [admin, superadmin]) == ["done", "done"]
