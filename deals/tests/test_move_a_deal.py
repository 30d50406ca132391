"""Moving a deal: status, the moment it closed, forecast, history and event follow the stage."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import actor_for
from auditlog.models import AuditEvent
from crm.core.errors import Conflict, NotFound, Stale
from deals import services
from deals.models import Deal, StageChange

STAGES = ["Prospecting", "Qualification", "Proposal", "Negotiation", "Won", "Lost"]

pytestmark = pytest.mark.django_db


def test_a_new_deal_starts_in_the_first_stage_of_the_default_pipeline_with_a_history(deal, pipeline, owner):
    assert (deal.pipeline, deal.stage.name, deal.status) == (pipeline, "Prospecting", "open")
    step = deal.stage_changes.get()
    assert (step.from_stage, step.to_stage, step.actor_id, step.amount) == (None, deal.stage, owner.pk, deal.amount)


@pytest.mark.parametrize(
    ("stage", "status", "closed", "forecast"),
    [
        ("Proposal", "open", False, "pipeline"),
        ("Won", "won", True, "closed"),
        ("Lost", "lost", True, "omitted"),
    ],
)
def test_the_status_follows_the_stage(deal, owner, stages, stage, status, closed, forecast):
    moved = services.deal_move(actor_for(owner), deal.pk, stages[stage], lost_reason="Too dear")
    moved.refresh_from_db()
    assert (moved.status, moved.closed_at is not None, moved.forecast_category) == (status, closed, forecast)
    assert moved.lost_reason == ("Too dear" if status == "lost" else "")


def test_a_move_is_recorded_with_the_names_of_the_stages(deal, owner, stages):
    services.deal_move(actor_for(owner), deal.pk, stages["Lost"], lost_reason="No budget")
    event = AuditEvent.objects.get(action="deals.moved")
    assert '"stage":["Prospecting","Lost"]' in event.changes
    assert '"lost_reason":[null,"No budget"]' in event.changes


def test_moving_to_the_same_stage_changes_nothing(deal, owner):
    services.deal_move(actor_for(owner), deal.pk, deal.stage)
    assert Deal.objects.get().version == 1
    assert StageChange.objects.count() == 1
    assert not AuditEvent.objects.filter(action="deals.moved").exists()


def test_a_move_that_has_arrived_before_succeeds_again_in_the_version_it_was_made_on(deal, owner, stages):
    for _twice in range(2):
        services.deal_move(actor_for(owner), deal.pk, stages["Proposal"], version=1)
    assert AuditEvent.objects.filter(action="deals.moved").count() == 1


def test_a_lost_deal_reopens_without_its_reason(deal, owner, stages):
    services.deal_move(actor_for(owner), deal.pk, stages["Lost"], lost_reason="No budget")
    reopened = services.deal_move(actor_for(owner), deal.pk, stages["Proposal"])
    assert (reopened.status, reopened.closed_at, reopened.lost_reason) == ("open", None, "")
    assert reopened.forecast_category == "pipeline"


def test_an_override_of_the_probability_counts_only_while_the_deal_is_open(make_deal, owner, stages):
    deal = make_deal(amount=Decimal(1000), probability=60)
    assert deal.weighted_amount == Decimal("600.00")
    won = services.deal_move(actor_for(owner), deal.pk, stages["Won"])
    assert (won.effective_probability, won.weighted_amount) == (100, Decimal("1000.00"))


def test_of_two_movers_with_the_same_version_one_is_refused(deal, owner, teammate, stages):
    services.deal_move(actor_for(owner), deal.pk, stages["Proposal"], version=1)
    with pytest.raises(Stale):
        services.deal_move(actor_for(teammate), deal.pk, stages["Won"], version=1)
    assert Deal.objects.get().stage == stages["Proposal"]


def test_an_outsider_moves_nothing(deal, outsider, stages):
    with pytest.raises(NotFound):
        services.deal_move(actor_for(outsider), deal.pk, stages["Won"])
    assert Deal.objects.get().stage.name == "Prospecting"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STAGES), max_size=8))
def test_any_sequence_of_moves_leaves_status_closing_and_history_in_step(make_deal, owner, stages, route):
    deal = make_deal()
    for name in route:
        services.deal_move(actor_for(owner), deal.pk, stages[name], lost_reason="Price")
    deal.refresh_from_db()
    steps = list(deal.stage_changes.select_related("from_stage", "to_stage").order_by("at", "id"))
    assert steps[0].from_stage is None
    assert steps[-1].to_stage == deal.stage
    assert all(before.to_stage == after.from_stage for before, after in pairwise(steps))
    assert deal.status == deal.stage.status
    assert (deal.closed_at is None) == (deal.status == "open")
    assert bool(deal.lost_reason) == (deal.status == "lost")
    assert deal.version == len(steps)


def test_a_deal_archived_meanwhile_does_not_move(owner, deal, stages):
    services.deal_archive(actor_for(owner), deal.pk)
    with pytest.raises(Conflict) as refusal:
        services.deal_move(actor_for(owner), deal.pk, stages["Proposal"])
    deal.refresh_from_db()
    assert refusal.value.code == "archived" and deal.stage != stages["Proposal"]
