"""A lead becomes customer, contact and deal: once, whole or not at all."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked, save_changes
from crm.core.errors import Conflict, invalid_field
from customers.models import Contact, Customer, Lead, Note
from customers.models.choices import CustomerKind, LeadStatus
from customers.services import consents_carry_over, contact_create, customer_create
from deals.errors import AlreadyConverted
from deals.models import Activity, Deal
from deals.models.choices import ContactRole
from deals.services.deals import deal_create
from deals.services.people import deal_contact_put

NEEDED = ("customers:write", "contacts:write")
CARRIED = ("website", "industry", "annual_revenue", "employees", "rating", "source")
MATCHES_SHOWN = 5
PUBLIC_MAIL = {
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "yahoo.com",
    "icloud.com",
    "gmx.de",
    "web.de",
}


@dataclass(frozen=True)
class Conversion:
    """`contact` is None for a lead that names no person, `deal` when none was wanted."""

    lead: Lead
    customer: Customer
    contact: Contact | None
    deal: Deal | None


@transaction.atomic
def lead_convert(
    actor: Actor,
    pk: UUID | str,
    *,
    version: int | None = None,
    customer: Customer | None = None,
    customer_name: str = "",
    create_deal: bool = True,
    deal_name: str = "",
    **deal_values: Any,
) -> Conversion:
    """Into `customer`, else one of the same name, else a new one; an individual where there is no company.

    `deal_values` are fields of the deal (amount, currency, stage, expected_close_date). Raises NotFound, Forbidden,
    Stale, Invalid, Conflict (`leads.already_converted`, `archived`).
    """
    lead = fetch_locked(Lead, actor, "convert", pk, version)
    _ensure_convertible(actor, lead, create_deal)
    customer = customer or _same_name(actor, lead, customer_name) or _new_customer(actor, lead, customer_name)
    if customer.team_id != lead.team_id or not actor.covers("customers:read", customer):
        raise invalid_field("customer", "There is no such record in this team.", "unknown_reference")
    contact = _contact(actor, lead, customer)
    if contact:
        consents_carry_over(actor, lead, contact)
    deal = None
    if create_deal:
        deal_values = {"name": deal_name or customer.name, "source": lead.source, **deal_values}
        deal = deal_create(actor, customer=customer, team=lead.team, **_owner(lead), **deal_values)
        if contact:
            deal_contact_put(actor, deal.pk, contact, ContactRole.PRIMARY)
    _mark(actor, lead, Conversion(lead, customer, contact, deal))
    return Conversion(lead, customer, contact, deal)


def matching_customers(actor: Actor, lead: Lead) -> list[Customer]:
    """Customers of the lead's team that share its company name, web domain or e-mail domain, best first."""
    alike = Q(name__iexact=lead.company_name) if lead.company_name else Q(pk__in=[])
    if domains := _domains(lead):
        alike |= Q(domain__in=domains)
    if lead.email:
        alike |= Q(email__iexact=lead.email)
    rows = Customer.objects.for_actor(actor).active().filter(alike, team_id=lead.team_id)
    found = list(rows.order_by("name", "id")[:MATCHES_SHOWN])
    return sorted(found, key=lambda customer: customer.name.casefold() != lead.company_name.casefold())


def person_of(lead: Lead) -> str:
    return " ".join(filter(None, (lead.first_name, lead.last_name)))


def _ensure_convertible(actor: Actor, lead: Lead, create_deal: bool) -> None:
    if lead.converted_at is not None:
        raise AlreadyConverted()
    if lead.is_archived:
        raise Conflict("The lead is archived. Restore it first.", code="archived")
    for permission in (*NEEDED, *(("deals:write",) if create_deal else ())):
        ensure_may(actor, permission, Lead(team_id=lead.team_id, owner_id=lead.owner_id or actor.id))


def _same_name(actor: Actor, lead: Lead, name: str) -> Customer | None:
    wanted = name.strip() or lead.company_name
    if not wanted:
        return None
    rows = Customer.objects.for_actor(actor).active().filter(name__iexact=wanted, team_id=lead.team_id)
    return rows.order_by("created_at", "id").first()


def _new_customer(actor: Actor, lead: Lead, name: str) -> Customer:
    is_company = bool(lead.company_name or name.strip())
    values: dict[str, Any] = {
        "name": name.strip() or lead.company_name or person_of(lead) or lead.email,
        "kind": CustomerKind.ORGANIZATION if is_company else CustomerKind.INDIVIDUAL,
        **{field: getattr(lead, field) for field in CARRIED},
        **_owner(lead),
    }
    if not is_company:
        values |= {"email": lead.email, "phone": lead.phone}
    return customer_create(actor, team=lead.team, **values)


def _contact(actor: Actor, lead: Lead, customer: Customer) -> Contact | None:
    """Who is there already by e-mail, else a new one."""
    if not (person_of(lead) or lead.email):
        return None
    known = Contact.objects.for_actor(actor).active().filter(customer=customer, email__iexact=lead.email)
    if lead.email and (found := known.order_by("created_at", "id").first()):
        return found
    return contact_create(
        actor,
        customer=customer,
        team=lead.team,
        **_owner(lead),
        first_name=lead.first_name,
        last_name=lead.last_name,
        lead_source=lead.source,
        **{name: getattr(lead, name) for name in ("title", "email", "phone", "description")},
    )


def _owner(lead: Lead) -> dict[str, Any]:
    """The lead's owner keeps what comes of it, as long as they still work in its team; else who converts it."""
    owner = lead.owner
    still_here = owner is not None and owner.is_active and owner.memberships.filter(team_id=lead.team_id).exists()
    return {"owner": owner} if still_here else {}


def _mark(actor: Actor, lead: Lead, made: Conversion) -> None:
    before = lead.status
    lead.status, lead.converted_at = LeadStatus.CONVERTED, timezone.now()
    lead.converted_customer, lead.converted_contact, lead.converted_deal = made.customer, made.contact, made.deal
    links = {"converted_customer", "converted_contact", "converted_deal"}
    save_changes(lead, links | {"status", "converted_at"})
    told = {name: (None, getattr(lead, name)) for name in sorted(links) if getattr(lead, name)}
    record(actor, "leads.converted", lead, {"status": (before, lead.status), **told})
    for model in (Note, Activity):
        for name in ("customer", "contact", "deal"):
            _carry_over(model, lead, name, getattr(made, name))


def _carry_over(model: Any, lead: Lead, name: str, target: Any) -> None:
    """What was written about the lead shows on the new records, too."""
    if target is not None:
        model.objects.filter(lead=lead, **{f"{name}__isnull": True}).update(**{name: target})


def _domains(lead: Lead) -> set[str]:
    host = urlsplit(lead.website).hostname or "" if lead.website else ""
    mail = lead.email.rpartition("@")[2]
    return {domain for domain in (host.removeprefix("www."), mail) if domain and domain not in PUBLIC_MAIL}
