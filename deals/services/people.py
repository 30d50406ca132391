"""Who is in a deal, and in which role."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.errors import NotFound, invalid_field
from customers.models import Contact
from deals.models import Deal, DealContact
from deals.models.choices import ContactRole

Roles = Mapping[Contact, str]


@transaction.atomic
def deal_contacts_set(actor: Actor, pk: UUID | str, roles: Roles, version: int | None = None) -> Deal:
    """Makes exactly these the people of the deal; a role may be empty.

    Raises NotFound, Forbidden, Stale, Invalid (`unknown_reference`, `invalid_choice`).
    """
    deal = fetch_locked(Deal, actor, "write", pk, version)
    for contact, role in roles.items():
        _check(actor, deal, contact, role)
    present = _present(deal)
    wanted = {contact.pk: (contact, role) for contact, role in roles.items()}
    deal.deal_contacts.exclude(contact_id__in=wanted).delete()
    DealContact.objects.bulk_create(
        [DealContact(deal=deal, contact=contact, role=role) for contact, role in wanted.values()],
        update_conflicts=True,
        unique_fields=["deal", "contact"],
        update_fields=["role"],
    )
    _tell(actor, deal, present)
    return deal


@transaction.atomic
def deal_contact_put(actor: Actor, pk: UUID | str, contact: Contact, role: str = "") -> DealContact:
    """Adds a person, or gives one who is there another role. Raises NotFound, Forbidden, Invalid."""
    deal = fetch_locked(Deal, actor, "write", pk)
    _check(actor, deal, contact, role)
    present = _present(deal)
    link, _created = DealContact.objects.update_or_create(deal=deal, contact=contact, defaults={"role": role})
    _tell(actor, deal, present)
    return link


@transaction.atomic
def deal_contact_remove(actor: Actor, pk: UUID | str, contact_pk: UUID | str) -> None:
    """Raises NotFound, Forbidden."""
    deal = fetch_locked(Deal, actor, "write", pk)
    present = _present(deal)
    if str(contact_pk) not in {str(key) for key in present}:
        raise NotFound()
    deal.deal_contacts.filter(contact_id=contact_pk).delete()
    _tell(actor, deal, present)


def _check(actor: Actor, deal: Deal, contact: Contact, role: str) -> None:
    is_usable = actor.covers("contacts:read", contact) and not contact.is_archived
    if not is_usable or contact.team_id != deal.team_id:
        raise invalid_field("contact", "There is no such record in this team.", "unknown_reference")
    if role and role not in ContactRole.values:
        raise invalid_field("role", f"The role is one of: {', '.join(ContactRole.values)}.", "invalid_choice")


def _present(deal: Deal) -> dict[UUID, str]:
    links = deal.deal_contacts.select_related("contact").order_by("pk")
    return {link.contact_id: _words(link) for link in links}


def _words(link: DealContact) -> str:
    return f"{link.contact} ({link.get_role_display()})" if link.role else str(link.contact)


def _tell(actor: Actor, deal: Deal, before: Mapping[UUID, str]) -> None:
    after = _present(deal)
    if after != before:
        changes = {"contacts": (sorted(before.values()), sorted(after.values()))}
        record(actor, "deals.contacts_changed", deal, changes)
