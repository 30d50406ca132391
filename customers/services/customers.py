"""Writes to customers."""

from collections.abc import Iterable
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from accounts.ownership import ensure_assignable
from auditlog import writes
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.errors import invalid_field
from customers.models import Customer, Label, LabelAssignment

DEEPEST_LEVEL = 20


@transaction.atomic
def customer_create(actor: Actor, *, labels: Iterable[Label] = (), **values: Any) -> Customer:
    """The owner defaults to the actor, the domain follows the website. Raises Invalid, Forbidden, Conflict."""
    values = with_domain(values)
    customer = Customer()
    customer.account_level = _level_below(values.get("parent"))
    writes.create(actor, customer, values)
    ensure_assignable(customer)
    label_customer(actor, customer, labels)
    return customer


@transaction.atomic
def customer_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, labels: Iterable[Label] | None = None, **values: Any
) -> Customer:
    """Raises NotFound, Forbidden, Stale, Invalid, Conflict."""
    customer = fetch_locked(Customer, actor, "write", pk, version)
    changes = writes.apply(actor, customer, with_domain(values))
    if {"owner", "team"} & set(changes):
        ensure_assignable(customer)
    if "parent" in changes:
        _move_below(customer)
    if labels is not None:
        label_customer(actor, customer, labels)
    return customer


customer_archive = partial(writes.archive, Customer)
customer_restore = partial(writes.restore, Customer)
customer_delete = partial(writes.delete, Customer)


def label_customer(actor: Actor, customer: Customer, labels: Iterable[Label]) -> None:
    """Makes `labels` the customer's labels; each keeps who assigned it and when."""
    wanted = {label.pk: label for label in labels}
    if any(label.team_id != customer.team_id for label in wanted.values()):
        raise invalid_field("labels", "There is no such label in this team.", "unknown_reference")
    present = {assignment.label_id: assignment for assignment in customer.label_assignments.select_related("label")}
    added, removed = set(wanted) - set(present), set(present) - set(wanted)
    if not added and not removed:
        return
    customer.label_assignments.filter(label__in=removed).delete()
    LabelAssignment.objects.bulk_create(
        LabelAssignment(label_id=pk, customer=customer, assigned_by_id=actor.id) for pk in added
    )
    before, after = sorted(str(one.label) for one in present.values()), sorted(map(str, wanted.values()))
    record(actor, "customers.labelled", customer, {"labels": (before, after)})


def with_domain(values: dict[str, Any]) -> dict[str, Any]:
    """`https://www.example.com/about` → `example.com`, unless a domain was given."""
    website = values.get("website") or ""
    if website and not values.get("domain"):
        host = urlsplit(website if "://" in website else f"https://{website}").hostname or ""
        return {**values, "domain": host.removeprefix("www.")}
    return values


def _level_below(parent: Customer | None) -> int:
    return parent.account_level + 1 if parent else 0


def _move_below(customer: Customer) -> None:
    """Refuses cycles and sets the level of the whole moved subtree."""
    ancestor, steps = customer.parent, 0
    while ancestor is not None:
        steps += 1
        if ancestor.pk == customer.pk or steps > DEEPEST_LEVEL:
            raise invalid_field("parent", "That would make the customer its own ancestor.", "cycle")
        ancestor = ancestor.parent
    _set_levels([customer.pk], steps)


def _set_levels(pks: list[UUID], level: int) -> None:
    while pks:
        Customer.objects.filter(pk__in=pks).update(account_level=level)
        pks, level = list(Customer.objects.filter(parent__in=pks).values_list("pk", flat=True)), level + 1
