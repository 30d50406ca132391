"""Figures of the first page, for what the actor may read: one aggregate per question, whatever the size."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from crm.core.actor import Actor
from crm.core.caching.lifetimes import Lifetime
from crm.core.caching.service import Key, get_or_set, scope_of
from crm.core.caching.tags import uses_tags
from crm.web.periods import SHOWN_MONTHS, Period, month_number, month_start
from customers.models import Customer
from deals.models import Activity, Deal
from deals.models.activity import OPEN

NEXT_TASKS = 6
OF_DEALS, OF_CUSTOMERS = uses_tags("deal", "stage", "pipeline"), uses_tags("customer")

Amounts = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class StageTotal:
    id: UUID
    name: str
    deals: int
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Open deals per stage, in the order of the pipelines."""

    stages: list[StageTotal]

    @property
    def amounts(self) -> Amounts:
        return added(stage.amounts for stage in self.stages)

    @property
    def deals(self) -> int:
        return sum(stage.deals for stage in self.stages)


@dataclass(frozen=True, slots=True)
class Won:
    """Amounts won per month number and currency."""

    months: dict[int, Amounts]

    def during(self, months: range) -> Amounts:
        return added(self.months.get(month, {}) for month in months)

    def series(self, currency: str, last: int) -> list[Decimal]:
        """One amount per month, twelve up to and with `last`."""
        return [
            self.months.get(month, {}).get(currency, Decimal(0)) for month in range(last - SHOWN_MONTHS + 1, last + 1)
        ]


def added(amounts: Any) -> Amounts:
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in amounts:
        for currency, amount in one.items():
            total[currency] += amount
    return dict(total)


def main_currency(*amounts: Amounts) -> str:
    """The installation's own, unless all the money is in others: then the one that comes up most."""
    found = [currency for one in amounts for currency, amount in one.items() if amount]
    if not found or settings.DEFAULT_CURRENCY in found:
        return settings.DEFAULT_CURRENCY
    return max(sorted(set(found)), key=found.count)


def open_pipeline(actor: Actor) -> Pipeline:
    """Kept for moments, and counted anew as soon as a deal or a stage changes; so are the next two."""
    key = Key.of("open-pipeline", scope_of(actor, "deals:read"))
    return get_or_set(key, partial(_open_pipeline, actor), Lifetime.MOMENTS, OF_DEALS)


def _open_pipeline(actor: Actor) -> Pipeline:
    rows = Deal.objects.for_actor(actor).active().filter(status="open")
    grouped = rows.values("stage", "stage__name", "pipeline__name", "currency").annotate(
        total=Sum("amount"), deals=Count("pk")
    )
    ordered = list(grouped.order_by("stage__pipeline__position", "stage__position", "stage", "currency"))
    several = len({row["pipeline__name"] for row in ordered}) > 1
    stages: dict[UUID, StageTotal] = {}
    for row in ordered:
        name = f"{row['pipeline__name']} · {row['stage__name']}" if several else row["stage__name"]
        known = stages.get(row["stage"]) or StageTotal(row["stage"], name, 0, {})
        amounts = added([known.amounts, {row["currency"]: row["total"] or Decimal(0)}])
        stages[row["stage"]] = StageTotal(known.id, name, known.deals + row["deals"], amounts)
    return Pipeline(list(stages.values()))


def won_by_month(actor: Actor, now: datetime) -> Won:
    """Two years up to now, so that each month can stand beside the same month a year earlier."""
    key = Key.of("won-by-month", scope_of(actor, "deals:read"), month_number(now), now.tzinfo)
    return get_or_set(key, partial(_won_by_month, actor, now), Lifetime.MOMENTS, OF_DEALS)


def _won_by_month(actor: Actor, now: datetime) -> Won:
    since = month_start(month_number(now) - 2 * SHOWN_MONTHS + 1)
    rows = Deal.objects.for_actor(actor).active().filter(status="won", closed_at__gte=since)
    grouped = rows.annotate(month=TruncMonth("closed_at")).values("month", "currency").annotate(total=Sum("amount"))
    months: dict[int, Amounts] = {}
    for row in grouped.order_by("month", "currency"):
        months.setdefault(month_number(row["month"]), {})[row["currency"]] = row["total"] or Decimal(0)
    return Won(months)


def new_customers(actor: Actor, period: Period) -> tuple[int, int]:
    """How many in this period and in the one before."""
    key = Key.of("new-customers", scope_of(actor, "customers:read"), period, timezone.get_current_timezone())
    return get_or_set(key, partial(_new_customers, actor, period), Lifetime.MOMENTS, OF_CUSTOMERS)


def _new_customers(actor: Actor, period: Period) -> tuple[int, int]:
    start, before = month_start(period.months.start), month_start(period.months_before.start)
    rows = Customer.objects.for_actor(actor).active().filter(created_at__gte=before)
    counted = rows.aggregate(now=Count("pk", filter=Q(created_at__gte=start)), both=Count("pk"))
    return counted["now"], counted["both"] - counted["now"]


def my_open_activities(actor: Actor) -> Any:
    """Through the partial index of one's open activities by due date."""
    rows = Activity.objects.for_actor(actor).active()
    return rows.filter(owner_id=actor.id, status__in=OPEN, completed_at__isnull=True, due_at__isnull=False)


def overdue_count(actor: Actor, now: datetime) -> int:
    return my_open_activities(actor).filter(due_at__lt=now).count()


def next_tasks(actor: Actor) -> list[Activity]:
    rows = my_open_activities(actor).select_related("customer", "contact", "lead", "deal")
    return list(rows.order_by("due_at", "id")[:NEXT_TASKS])
