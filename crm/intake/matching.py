"""Which record an address leads to, among those that the person may see: theirs to read, and no others."""

from collections.abc import Iterable
from typing import Any

from crm.core.actor import Actor
from crm.core.sensitive import unreadable
from crm.intake.models import Letter
from crm.intake.models.letters import SUBJECTS
from customers.duplicates import has_address
from customers.models import Contact, Customer, Lead

MOST = 5


def matches(actor: Actor, addresses: Iterable[str]) -> list[Any]:
    """Contacts, open leads and customers; a customer that only repeats what its contact says is left out."""
    found = [one for address in dict.fromkeys(addresses) for one in _of(actor, address)]
    behind = {one.customer_id for one in found if isinstance(one, Contact)}
    unique = {(type(one), one.pk): one for one in found if not (isinstance(one, Customer) and one.pk in behind)}
    return list(unique.values())


def _of(actor: Actor, address: str) -> list[Any]:
    found: list[Any] = []
    for model in (Contact, Lead, Customer):
        if "email" in unreadable(actor, model):
            continue
        rows = model.objects.for_actor(actor).active().filter(has_address(model, address))
        found += (rows.filter(converted_at__isnull=True) if model is Lead else rows)[:MOST]
    return found


def in_thread(actor: Actor, references: list[str], found: list[Any]) -> Any | None:
    """That of several which an earlier letter of the same exchange lies on."""
    before = Letter.objects.filter(person_id=actor.id, message_id__in=references).exclude(message_id="")
    for letter in before.order_by("-created_at")[:MOST]:
        if letter.about in found:
            return letter.about
    return None


def field_of(record: Any) -> str:
    """`contact`: the letter's field for it."""
    return next(name for name in SUBJECTS if name == record._meta.model_name)
