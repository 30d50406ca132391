"""Many deals to another stage in the background, and back as if they had never moved."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from crm.bulk import services
from crm.bulk.driving import BULK
from crm.outbox.draining import drain
from crm.transfer.journal import state_of
from customers.views import bulk
from deals import services as deals
from deals.models import Deal, StageChange

pytestmark = pytest.mark.django_db


def everything() -> list[Any]:
    return [(state_of(deal), list(deal.stage_changes.order_by("pk").values())) for deal in Deal.objects.order_by("pk")]


@pytest.fixture
def many(make_deal, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 2)
    monkeypatch.setattr(bulk, "QUICK", 2)
    return [make_deal(name=f"Deal {n}") for n in range(4)]


def test_moved_deals_come_back_with_their_history_as_it_was(many, stages, owner, sign_in):
    before, client = everything(), sign_in(owner)
    form = {"action": "move", "stage": str(stages["Won"].pk), "all_matching": "1", "query": ""}
    path = client.post("/deals/bulk/", form).url
    drain(kinds=[BULK.kind])
    assert Deal.objects.filter(status="won").count() == 4 and StageChange.objects.count() == 8
    assert b"4 records changed" in client.get(path).content
    client.post(f"{path}undo/")
    drain(kinds=[BULK.kind])
    assert everything() == before


def test_a_deal_that_moved_on_stays_and_keeps_its_steps(many, stages, owner):
    actor, pks = actor_for(owner), [deal.pk for deal in many]
    Deal.objects.filter(pk=pks[3]).update(archived_at=timezone.now())
    run = services.bulk_order(actor, resource="deals", action="move", values={"stage": stages["Proposal"]}, ids=pks)
    drain(kinds=[BULK.kind])
    assert run.items.get(record_id=pks[3]).code == "archived"
    deals.deal_move(actor, pks[0], stages["Won"])
    services.bulk_take_back(actor, run.pk)
    drain(kinds=[BULK.kind])
    run.refresh_from_db()
    assert (run.undone_count, run.conflict_count) == (2, 1)
    assert [deal.stage.name for deal in Deal.objects.order_by("pk")] == ["Won", *["Prospecting"] * 3]
    assert Deal.objects.get(pk=pks[0]).stage_changes.count() == 3
