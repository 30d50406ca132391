"""The first page: figures of what the reader may see, per currency, in a fixed number of queries."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from crm.web import dashboard, tiles
from crm.web.periods import month_number, period_at
from crm.web.views import greeting
from customers.models import Customer, Note
from deals.models import Activity, Deal, Pipeline, Stage
from tests.query_counts import assert_baseline, counted_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_deal(north: Any, owner: Any) -> Any:
    pipeline = Pipeline.objects.get(is_default=True)
    stages = {stage.name: stage for stage in Stage.objects.all()}

    def make(name: str = "Deal", amount: int | None = 100, stage: str = "Proposal", **values: Any) -> Deal:
        place = stages[stage]
        closed = values.pop("closed_at", timezone.now()) if place.status != "open" else None
        values = {"team": north, "owner": owner, "currency": "EUR", **values}
        return Deal.objects.create(
            name=name, amount=amount, pipeline=pipeline, stage=place, status=place.status, closed_at=closed, **values
        )

    return make


def shown(client: Any, path: str = "/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_open_pipeline_is_the_readers_own_reach(sign_in, owner, teammate, outsider, make_deal):
    make_deal(amount=1200)
    make_deal(amount=300, stage="Won")
    assert "€\xa01,200" in shown(sign_in(owner)) and "€\xa01,200" in shown(sign_in(teammate))
    assert "1,200" not in shown(sign_in(outsider))


def test_currencies_are_never_added_up(sign_in, owner, make_deal):
    make_deal(amount=1000)
    make_deal(amount=500, currency="USD")
    page = shown(sign_in(owner))
    assert "€\xa01,000" in page and "+ $\xa0500" in page and "1,500" not in page


def test_all_money_in_another_currency_makes_that_the_main_one(as_actor, owner, make_deal):
    make_deal(amount=5, currency="USD")
    make_deal(amount=5, currency="USD", stage="Negotiation")
    make_deal(amount=9, currency="GBP")
    pipeline = dashboard.open_pipeline(as_actor(owner))
    assert pipeline.amounts == {"USD": Decimal(10), "GBP": Decimal(9)}
    assert dashboard.main_currency(*(stage.amounts for stage in pipeline.stages)) == "USD"
    assert dashboard.main_currency({}) == "EUR"


def test_an_archived_deal_counts_nowhere(as_actor, owner, make_deal):
    make_deal(archived_at=timezone.now())
    make_deal(stage="Won", archived_at=timezone.now())
    assert dashboard.open_pipeline(as_actor(owner)).deals == 0
    assert dashboard.won_by_month(as_actor(owner), timezone.localtime()).months == {}


def test_won_is_told_per_month_with_a_year_earlier_beside_it(as_actor, owner, make_deal):
    now = timezone.localtime().replace(year=2026, month=11, day=22, hour=12)
    for amount, moment in (
        (70, now),
        (30, now.replace(day=1)),
        (50, now.replace(month=10)),
        (9, now.replace(year=2025)),
    ):
        make_deal(amount=amount, stage="Won", closed_at=moment)
    make_deal(amount=1, stage="Won", closed_at=now.replace(year=2024, month=11))
    won, month = dashboard.won_by_month(as_actor(owner), now), month_number(now)
    assert won.series("EUR", month)[-2:] == [50, 100] and won.series("EUR", month - 12)[-1] == 9
    assert won.during(period_at("year", now).months) == {"EUR": 150}
    tile = tiles.won_tile(won, period_at("month", now), "EUR")
    assert (tile["value"], tile["delta"], tile["delta_tone"]) == ("€\xa0100", "+100%", "success")


@pytest.mark.parametrize(("key", "first", "length"), [("month", 10, 1), ("quarter", 9, 3), ("year", 0, 12)])
def test_periods_are_calendar_periods(key, first, length):
    now = timezone.localtime().replace(year=2026, month=11, day=22)
    period = period_at(key, now)
    assert (period.first, period.length) == (2026 * 12 + first, length)
    assert period.months_before.stop == period.months.start


def test_new_customers_are_compared_with_the_period_before(as_actor, owner, north):
    now = timezone.localtime()
    period = period_at("month", now)
    for days in (0, 0, 32):
        Customer.objects.create(name="C", team=north, created_at=now.replace(day=1) - timedelta(days=days))
    assert dashboard.new_customers(as_actor(owner), period)[0] == 2


def test_only_ones_own_open_activities_are_due(sign_in, owner, teammate, north):
    now = timezone.now()
    for subject, person, due in (("Mine late", owner, -1), ("Mine soon", owner, 1), ("Toms", teammate, -1)):
        Activity.objects.create(
            type="task", subject=subject, team=north, owner=person, due_at=now + timedelta(days=due)
        )
    Activity.objects.create(
        type="task", subject="Done", team=north, owner=owner, due_at=now, status="completed", completed_at=now
    )
    answer = sign_in(owner).get("/")
    assert [task.subject for task in answer.context["tasks"]] == ["Mine late", "Mine soon"]
    assert answer.context["overdue"] == 1 and f"state=overdue&amp;owner={owner.pk}" in answer.content.decode()


def test_the_latest_activity_mixes_notes_activities_and_steps(api, sign_in, owner, outsider, make_deal, north):
    deal = make_deal("Big one")
    Note.objects.create(body="Called back", team=north, owner=owner, deal=deal)
    Activity.objects.create(type="call", subject="Asked", team=north, owner=owner, deal=deal, status="held")
    deal.stage_changes.create(to_stage=deal.stage, actor_label="Olive Owner")
    page = shown(sign_in(owner))
    assert "Called back" in page and "Asked" in page and "started Big one in Proposal" in page
    assert "Called back" not in shown(sign_in(outsider)) and "Big one" not in shown(sign_in(outsider))


def test_a_new_installation_shows_the_three_things_to_do_first(sign_in, owner, north):
    assert "Three things to do first" in shown(sign_in(owner))
    Customer.objects.create(name="Old", team=north, created_at=timezone.now() - timedelta(days=900))
    assert "Three things to do first" not in shown(sign_in(owner))


def test_a_person_without_a_role_gets_an_empty_page_and_no_figures(sign_in, make_user, make_deal):
    make_deal(amount=1200)
    page = shown(sign_in(make_user("nobody@north.example", role="read_only")))
    assert "1,200" not in page


@pytest.mark.parametrize(
    ("hour", "words"), [(4, "evening"), (5, "morning"), (12, "afternoon"), (18, "evening"), (23, "evening")]
)
def test_people_are_greeted_by_first_name_and_time_of_day(hour, words):
    assert greeting(hour, "Olive") == f"Good {words}, Olive" and greeting(hour, "") == f"Good {words}"


@pytest.mark.parametrize("query", ["period=week", "period=month&sort=1"])
def test_an_unknown_period_or_parameter_is_refused(sign_in, owner, query):
    assert sign_in(owner).get(f"/?{query}").status_code == 400


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
def test_each_period_opens(sign_in, owner, make_deal, period):
    make_deal(stage="Won")
    assert f"Won this {period}" in shown(sign_in(owner), f"/?period={period}")


def test_the_number_of_queries_does_not_grow_with_the_data(sign_in, owner, north, make_deal):
    client = sign_in(owner)
    for size in (1, 10):
        for at in range(size):
            deal = make_deal(f"D{at}", currency=("EUR", "USD")[at % 2])
            deal.stage_changes.create(to_stage=deal.stage, actor_label="x")
            make_deal(stage="Won")
            customer = Customer.objects.create(name=f"C{at}", team=north)
            Note.objects.create(body="n", team=north, owner=owner, customer=customer)
            due = timezone.now()
            Activity.objects.create(type="task", subject="t", team=north, owner=owner, due_at=due, customer=customer)
        with counted_queries() as queries:
            client.get("/")
        assert_baseline("dashboard", queries.count)
