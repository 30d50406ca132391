"""What the lists of deals and activities can show."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from crm.core.formats import day, money
from crm.core.templatetags.vouch import ago, badge, icon, kind_icon
from crm.lists.columns import Column, columns_of, title
from customers.columns import LAST_ACTIVITY, OWNER, TEAM, link_to
from customers.models.choices import Priority
from deals.filters import ActivityFilters, DealFilters
from deals.models import Activity, Deal
from deals.models.choices import DealStatus


def _deal(deal: Deal) -> str:
    small = format_html("<small>{}</small>", deal.customer) if deal.customer else ""
    link = format_html('<a href="{}">{}</a>', reverse("deals:detail", args=[deal.pk]), deal.name)
    return format_html('<span class="cell-main"><span>{}{}</span></span>', link, small)


def _stage(deal: Deal) -> str:
    return deal.stage.name if deal.status == DealStatus.OPEN else badge(deal.status, deal.stage.name)


def _closes(deal: Deal) -> str:
    if deal.expected_close_date is None:
        return ""
    if deal.is_overdue:
        return _late(ago(deal.expected_close_date), "text-danger")
    return day(deal.expected_close_date)


def _late(when: str, css: str) -> str:
    return format_html('<span class="{}">{} · {}</span>', css, _now("Overdue"), when)


def _activity(activity: Activity) -> str:
    symbol = format_html(
        '<span class="timeline-icon kind-{}" aria-hidden="true">{}</span>',
        activity.type,
        icon(kind_icon(activity.type)),
    )
    link = format_html('<a href="{}">{}</a>', reverse("activities:detail", args=[activity.pk]), activity.subject)
    place = f" · {activity.location}" if activity.location else ""
    small = format_html("<small>{}{}</small>", activity.get_type_display(), place)  # type: ignore[attr-defined]
    return format_html('<span class="cell-main">{}<span>{}{}</span></span>', symbol, link, small)


def _about(activity: Activity) -> str:
    """The nearest of what it is linked to."""
    linked = ((getattr(activity, name), f"{name}s:detail") for name in ("deal", "contact", "customer", "lead"))
    return next((link_to(record, address) for record, address in linked if record), "")


def _due(activity: Activity) -> str:
    if activity.is_done:
        return format_html("{} {}", _now("Done"), ago(activity.completed_at))
    if activity.is_overdue:
        return _late(ago(activity.due_at), "text-danger strong")
    return ago(activity.due_at) or format_html('<span class="muted">{}</span>', _now("No date"))


def _priority(activity: Activity) -> str:
    label = activity.get_priority_display()  # type: ignore[attr-defined]
    if activity.priority == Priority.NORMAL:
        return format_html('<span class="muted">{}</span>', label)
    return badge(activity.priority, label)


DEAL_COLUMNS = (
    Column("name", _("Name"), _deal, ordering="name", joins=("customer",), is_title=True),
    Column("stage", _("Stage"), _stage, joins=("stage",), is_default=True),
    Column("amount", _("Amount"), lambda deal: money(deal.amount, deal.currency), "amount", "num", is_default=True),
    Column("expected_close_date", _("Expected close"), _closes, ordering="expected_close_date", is_default=True),
    OWNER,
    LAST_ACTIVITY.by_default(),
    TEAM,
    Column("customer", _("Customer"), lambda deal: link_to(deal.customer, "customers:detail"), joins=("customer",)),
    Column("status", _("Status"), lambda deal: badge(deal.status, deal.get_status_display())),
    *columns_of(
        Deal,
        *("pipeline", "probability", "forecast_category", "deal_type", "source", "next_step", "lost_reason"),
        *("stage_changed_at", "closed_at", "external_id", "created_at", "updated_at"),
        sortable=DealFilters.orderings(),
    ),
)

ACTIVITY_COLUMNS = (
    title(_activity, _("Subject"), "subject"),
    Column(
        "about",
        _("About"),
        _about,
        joins=("customer", "contact", "lead", "deal"),
        is_default=True,
    ),
    Column("due_at", _("Due"), _due, ordering="due_at", is_default=True),
    Column("priority", _("Priority"), _priority, is_default=True),
    OWNER,
    TEAM,
    *columns_of(
        Activity,
        *("status", "direction", "location", "starts_at", "ends_at", "completed_at", "created_at", "updated_at"),
        sortable=ActivityFilters.orderings(),
    ),
)
