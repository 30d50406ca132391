"""The dashboard's figures are counted once for all who see the same, and anew as soon as what they count changes."""

from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import Role
from crm.core.actor import Actor
from crm.web import dashboard
from deals.models import Pipeline, Stage
from deals.services import deal_create
from tests.query_counts import counted_queries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty() -> Any:
    cache.clear()
    yield
    cache.clear()


def sell(actor: Actor, name: str, amount: int) -> None:
    pipeline = Pipeline.objects.get(is_default=True)
    stage = Stage.objects.filter(pipeline=pipeline, status="open").first()
    deal_create(actor, name=name, amount=amount, currency="EUR", pipeline=pipeline, stage=stage)


def total(actor: Actor) -> int:
    return int(dashboard.open_pipeline(actor).amounts.get("EUR", 0))


def test_a_second_look_costs_no_query_and_a_new_deal_is_there_at_once(owner, as_actor):
    actor = as_actor(owner)
    sell(actor, "One", 100)
    assert total(actor) == 100
    with counted_queries() as queries:
        assert total(actor) == 100
    assert queries.count == 0
    sell(actor, "Two", 50)
    assert total(actor) == 150


def test_another_team_never_sees_what_was_kept_for_this_one(owner, teammate, outsider, superadmin, as_actor):
    sell(as_actor(owner), "Ours", 100)
    sell(as_actor(outsider), "Theirs", 7)
    for _ in range(2):
        seen = [total(as_actor(one)) for one in (owner, teammate, outsider, superadmin)]
        assert seen == [100, 100, 7, 107]


def test_who_loses_the_right_sees_nothing_of_what_is_kept(owner, as_actor):
    sell(as_actor(owner), "Ours", 100)
    assert total(as_actor(owner)) == 100
    owner.role = Role.objects.create(name="nothing", label="Nothing", grants={})
    owner.save()
    assert total(as_actor(owner)) == 0
