"""The dashboard's figures as tiles and charts: what they say, compare with and lead to."""

from decimal import Decimal
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.actor import Actor
from crm.core.charts import Line, Slice, bar_chart, line_chart
from crm.core.formats import compact_money, money, month_name, percent
from crm.web.dashboard import Amounts, Pipeline, Won
from crm.web.periods import SHOWN_MONTHS, Period, month_start

Tile = dict[str, Any]


def _list_url(view: str, **params: Any) -> str:
    return f"{reverse(view)}?{urlencode(params)}"


def others(amounts: Amounts, currency: str) -> str:
    """Money in further currencies is never added up: `+ $ 12,000 · £ 300`."""
    rest = [money(amount, code) for code, amount in sorted(amounts.items()) if code != currency and amount]
    return f"+ {' · '.join(rest)}" if rest else ""


def change(now: Decimal | int, before: Decimal | int) -> dict[str, str]:
    """The delta of a tile; nothing to say where there was nothing before."""
    if not before:
        return {}
    points = Decimal(now - before) / Decimal(before) * 100
    tone = "success" if points > 0 else "danger" if points < 0 else ""
    return {"delta": percent(round(points), "signed"), "delta_tone": tone}


def pipeline_tile(pipeline: Pipeline, currency: str) -> Tile:
    deals = ngettext("%d open deal", "%d open deals", pipeline.deals) % pipeline.deals
    return {
        "label": _("Open pipeline"),
        "value": money(pipeline.amounts.get(currency, 0), currency),
        "note": " · ".join(filter(None, (others(pipeline.amounts, currency), deals))),
        "url": reverse("deals:board"),
    }


def won_tile(won: Won, period: Period, currency: str) -> Tile:
    now, before = won.during(period.months), won.during(period.months_before)
    earlier = before.get(currency, Decimal(0))
    compared = f"{period.previous}: {money(earlier, currency)}"
    since = month_start(period.first).date().isoformat()
    return {
        "label": _("Won %(period)s") % {"period": period.current},
        "value": money(now.get(currency, 0), currency),
        "note": " · ".join(filter(None, (others(now, currency), compared))),
        "url": _list_url("deals:list", status="won", closed_at__gte=since, ordering="-closed_at"),
        **change(now.get(currency, Decimal(0)), earlier),
    }


def customers_tile(count: int, before: int, period: Period) -> Tile:
    since = month_start(period.first).date().isoformat()
    return {
        "label": _("New customers %(period)s") % {"period": period.current},
        "value": f"{count:,}",
        "note": f"{period.previous}: {before:,}",
        "url": _list_url("customers:list", created_at__gte=since, ordering="-created_at"),
        **change(count, before),
    }


def overdue_tile(count: int, actor: Actor) -> Tile:
    return {
        "label": _("Tasks overdue"),
        "value": f"{count:,}",
        "note": _("yours, past their due date") if count else _("all of yours are on time"),
        "url": _list_url("activities:list", state="overdue", owner=actor.id),
    }


def revenue_chart(won: Won, last_month: int, currency: str) -> SafeString:
    months = [month_start(number) for number in range(last_month - SHOWN_MONTHS + 1, last_month + 1)]
    lines = [Line(_("last 12 months"), won.series(currency, last_month))]
    earlier = won.series(currency, last_month - SHOWN_MONTHS)
    if any(earlier):
        lines.append(Line(_("a year earlier"), earlier, past=True))
    title = _("Revenue won per month, %(currency)s") % {"currency": currency}
    labels = [month_name(month) for month in months]
    write, short = partial(money, currency=currency), partial(compact_money, currency=currency)
    return line_chart(lines, labels, title=title, format=write, axis=short)


def stage_chart(pipeline: Pipeline, currency: str) -> SafeString:
    slices = [
        Slice(
            stage.name,
            stage.amounts.get(currency, Decimal(0)),
            " ".join(filter(None, (others(stage.amounts, currency), f"({stage.deals:,})"))),
            _list_url("deals:list", stage=stage.id, status="open"),
        )
        for stage in pipeline.stages
    ]
    title = _("Open pipeline by stage, %(currency)s") % {"currency": currency}
    return bar_chart(slices, title=title, format=partial(money, currency=currency))
