"""What the lists of customers, contacts and leads can show."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from crm.core.formats import money
from crm.core.templatetags.vouch import ago, avatar, badge
from crm.lists.columns import Column, columns_of, phone_link, title
from customers.filters import ContactFilters, CustomerFilters, LeadFilters
from customers.models import Contact, Customer, Lead

OWNER = Column("owner", _("Owner"), lambda row: row.owner, joins=("owner",), is_default=True)
TEAM = Column("team", _("Team"), lambda row: row.team, joins=("team",))
LAST_ACTIVITY = Column(
    "last_activity_at", _("Last activity"), lambda row: ago(row.last_activity_at), ordering="last_activity_at"
)


def titled(row: Any, address: str, hint: str, square: bool = False) -> str:
    """Who it is, with a link and what tells namesakes apart."""
    small = format_html("<small>{}</small>", hint) if hint else ""
    link = format_html('<a href="{}">{}</a>', reverse(address, args=[row.pk]), row)
    return format_html('<span class="cell-main">{}<span>{}{}</span></span>', avatar(row, square=square), link, small)


def link_to(row: Any, address: str) -> str:
    return format_html('<a href="{}">{}</a>', reverse(address, args=[row.pk]), row) if row else ""


def status(row: Any) -> str:
    return badge(row.status, row.get_status_display())


def _labels(customer: Customer) -> str:
    chips = format_html_join(
        "", '<span class="label tone-{}">{}</span>', ((one.tone, one.name) for one in customer.labels.all())
    )
    return format_html('<span class="chips">{}</span>', chips) if chips else ""


def _revenue(row: Any) -> str:
    return "" if row.annual_revenue is None else money(row.annual_revenue)


CUSTOMER_COLUMNS = (
    title(
        lambda row: titled(row, "customers:detail", row.email or row.domain or row.billing_city, square=True),
        _("Name"),
        "name",
    ),
    Column("status", _("Status"), status, ordering="status", is_default=True),
    Column("labels", _("Labels"), _labels, prefetches=("labels",), is_default=True),
    Column("annual_revenue", _("Revenue"), _revenue, ordering="annual_revenue", css="num", is_default=True),
    OWNER,
    LAST_ACTIVITY.by_default(),
    TEAM,
    Column("parent", _("Parent"), lambda row: link_to(row.parent, "customers:detail"), joins=("parent",)),
    Column("identifiers", _("Identifiers"), lambda row: ", ".join(one["value"] for one in row.identifiers)),
    *columns_of(
        Customer,
        *("kind", "customer_type", "legal_name", "industry", "email", "phone", "website", "domain", "employees"),
        *("rating", "ownership", "source", "billing_street", "billing_postal_code", "billing_city", "billing_state"),
        *("billing_country", "tax_id", "external_id", "created_at", "updated_at"),
        sortable=CustomerFilters.orderings(),
    ),
)

CONTACT_COLUMNS = (
    title(lambda row: titled(row, "contacts:detail", row.email or row.title), _("Name"), "last_name"),
    Column(
        "customer",
        _("Customer"),
        lambda row: link_to(row.customer, "customers:detail"),
        joins=("customer",),
        is_default=True,
    ),
    Column("contact_type", _("Type"), lambda row: row.get_contact_type_display(), is_default=True),
    Column("phone", _("Phone"), lambda row: phone_link(row.phone or row.mobile_phone), css="nowrap", is_default=True),
    OWNER,
    LAST_ACTIVITY.by_default(),
    TEAM,
    Column(
        "reports_to", _("Reports to"), lambda row: link_to(row.reports_to, "contacts:detail"), joins=("reports_to",)
    ),
    *columns_of(
        Contact,
        *("first_name", "last_name", "title", "department", "email", "mobile_phone", "street", "postal_code", "city"),
        *("state", "country", "birthdate", "lead_source", "do_not_call", "opted_out_of_email", "external_id"),
        *("created_at", "updated_at"),
        sortable=ContactFilters.orderings(),
    ),
)

LEAD_COLUMNS = (
    title(lambda row: titled(row, "leads:detail", row.email or row.title), _("Name"), "last_name"),
    Column("company_name", _("Company"), lambda row: row.company_name, ordering="company_name", is_default=True),
    Column("status", _("Status"), status, is_default=True),
    Column("rating", _("Rating"), lambda row: badge(row.rating, row.get_rating_display()), is_default=True),
    Column("score", _("Score"), lambda row: row.score, ordering="score", css="num", is_default=True),
    OWNER,
    Column("created_at", _("Created"), lambda row: ago(row.created_at), ordering="created_at", is_default=True),
    LAST_ACTIVITY,
    TEAM,
    Column("annual_revenue", _("Revenue"), _revenue, css="num"),
    *columns_of(
        Lead,
        *("first_name", "last_name", "title", "email", "phone", "website", "lead_type", "source", "industry"),
        *("employees", "external_id", "converted_at", "updated_at"),
        sortable=LeadFilters.orderings(),
    ),
)
