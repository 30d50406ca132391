"""The first page: figures, charts, what happened last and what is next."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auditlog.alerts.counting import latest_alerts
from crm.core.access import signed_in
from crm.core.actor import Actor
from crm.core.errors import BadRequest
from crm.core.listing import refuse_unknown
from crm.core.requests import CrmRequest
from crm.web import dashboard, tiles
from crm.web.latest import latest_entries
from crm.web.periods import MONTHS, Period, month_number, period_at
from customers.models import Customer

MOST_ALERTS = 3
MORNING, AFTERNOON, EVENING = 5, 12, 18
FIRST_STEPS = (
    (
        *("imports:write", "transfer:imports", "upload"),
        *(gettext_lazy("Bring your customers"), gettext_lazy("Import a file from your last CRM.")),
    ),
    (
        *("deals:write", "deals:create", "coin"),
        *(gettext_lazy("Open your first deal"), gettext_lazy("See it on the board and in these figures.")),
    ),
    (
        *("activities:write", "activities:create", "checkbox"),
        *(gettext_lazy("Plan a call or a task"), gettext_lazy("It waits here until it is done.")),
    ),
)


@signed_in("everybody's first page; each part of it asks for its own permission")
def home(request: CrmRequest) -> HttpResponse:
    refuse_unknown(request.GET, {"period"})
    key = request.GET.get("period") or "month"
    if key not in MONTHS:
        raise BadRequest("period is month, quarter or year.", code="invalid_parameter")
    now = timezone.localtime()
    actor, period = request.actor, period_at(key, now)
    context = {
        "greeting": greeting(now.hour, first_name(request.user)),
        "period": period,
        "periods": [period_at(one, now) for one in MONTHS],
        "latest": latest_entries(actor),
        **_selling(actor, period, now),
        **_work(actor, now),
        **_watching(actor),
    }
    context["tiles"] = [tile for tile in (*context["money_tiles"], *_counts(actor, period, context)) if tile]
    context["steps"] = [] if _is_in_use(actor, context) else first_steps(actor)
    return TemplateResponse(request, "web/home.html", context)


def _selling(actor: Actor, period: Period, now: datetime) -> dict[str, Any]:
    if not actor.may("deals:read"):
        return {"money_tiles": []}
    pipeline, won = dashboard.open_pipeline(actor), dashboard.won_by_month(actor, now)
    currency = dashboard.main_currency(pipeline.amounts, *won.months.values())
    totals = dashboard.added(won.months.values())
    return {
        "money_tiles": [tiles.pipeline_tile(pipeline, currency), tiles.won_tile(won, period, currency)],
        "revenue": tiles.revenue_chart(won, month_number(now), currency),
        "stages": tiles.stage_chart(pipeline, currency),
        "currency": currency,
        "other_currencies": tiles.others(totals, currency),
        "has_deals": bool(pipeline.stages or won.months),
    }


def _work(actor: Actor, now: datetime) -> dict[str, Any]:
    if not actor.may("activities:read"):
        return {}
    return {"tasks": dashboard.next_tasks(actor), "overdue": dashboard.overdue_count(actor, now), "now": now}


def _watching(actor: Actor) -> dict[str, Any]:
    return {"alerts": latest_alerts(actor, MOST_ALERTS)} if actor.may("security:read") else {}


def _counts(actor: Actor, period: Period, context: dict[str, Any]) -> list[tiles.Tile]:
    counted = []
    if actor.may("customers:read"):
        context["new_customers"], before = dashboard.new_customers(actor, period)
        counted.append(tiles.customers_tile(context["new_customers"], before, period))
    if "overdue" in context:
        counted.append(tiles.overdue_tile(context["overdue"], actor))
    return counted


def _is_in_use(actor: Actor, context: dict[str, Any]) -> bool:
    """Asks the database only when no figure of the page tells."""
    told = any(context.get(name) for name in ("has_deals", "latest", "tasks", "new_customers"))
    return told or Customer.objects.for_actor(actor).exists()


def first_steps(actor: Actor) -> list[dict[str, Any]]:
    """The three things to do first on a new installation, as far as this person may."""
    return [
        {"url": reverse(view), "icon": icon, "title": title, "reason": reason}
        for permission, view, icon, title, reason in FIRST_STEPS
        if actor.may(permission)
    ]


def first_name(user: Any) -> str:
    return next(iter(user.full_name.split()), "")


def greeting(hour: int, name: str) -> str:
    if MORNING <= hour < AFTERNOON:
        words = _("Good morning")
    else:
        words = _("Good afternoon") if AFTERNOON <= hour < EVENING else _("Good evening")
    return f"{words}, {name}" if name else words
