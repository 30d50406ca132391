"""Which of several e-mails and phones of a contact is the primary one."""

from typing import Any
from uuid import UUID

from django.db import transaction

from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.errors import NotFound
from customers.merging.channels import FURTHER, LABELS
from customers.models import Contact
from customers.services.contacts import contact_update


@transaction.atomic
def contact_make_primary(actor: Actor, pk: UUID | str, name: str, at: int, *, version: int | None = None) -> Contact:
    """The further one at this place and the primary one change places; `name` is email or phone.

    Raises NotFound, Forbidden, Stale, Invalid.
    """
    contact: Any = fetch_locked(Contact, actor, "write", pk, version)
    rows = list(getattr(contact, FURTHER[name])) if name in FURTHER else []
    if at >= len(rows):
        raise NotFound()
    row = rows.pop(at)
    if before := getattr(contact, name):
        rows.insert(at, {name: before, "label": getattr(contact, LABELS[name])})
    values = {name: row[name], LABELS[name]: row["label"], FURTHER[name]: rows}
    return contact_update(actor, contact.pk, **values)
