"""What the deals of a whole group add up to."""

from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import ngettext

from crm.core.actor import Actor
from crm.core.formats import money
from customers.tree import Sum as Figure
from deals.models import Deal
from deals.models.choices import DealStatus


def open_deals_of(actor: Actor, customers: QuerySet[Any]) -> list[Figure]:
    """Open deals that the actor sees, per currency, the largest sum first; one statement."""
    rows = Deal.objects.for_actor(actor).active().filter(customer__in=customers, status=DealStatus.OPEN)
    sums = list(rows.values("currency").annotate(total=Sum("amount"), number=Count("pk")).order_by("-total"))
    number = sum(one["number"] for one in sums)
    text = " + ".join(money(one["total"], one["currency"]) for one in sums if one["total"]) or "0"
    value = [{"currency": one["currency"], "amount": one["total"], "deals": one["number"]} for one in sums]
    label = ngettext("Open pipeline (%s deal)", "Open pipeline (%s deals)", number) % f"{number:,}"
    return [Figure("open_pipeline", label, text, value)] if actor.may("deals:read") else []
