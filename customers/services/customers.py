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
from customers.identifiers import identifiers_once
from customers.models import Customer, Label, LabelAssignment
from customers.services.hierarchy import level_below, lock_tree, lock_tree_of, move_below, refuse_with_children
from customers.services.lifecycles import ensure_transition


@transaction.atomic
def customer_create(actor: Actor, *, labels: Iterable[Label] = (), **values: Any) -> Customer:
    """The owner defaults to the actor, the domain follows the website. Raises Invalid, Forbidden,
    Conflict (`identifier_taken`)."""
    values = with_domain(values)
    customer = Customer()
    if parent := values.get("parent"):
        lock_tree(parent.team_id)
        customer.account_level = level_below(parent)
    with identifiers_once(actor, customer):
        writes.create(actor, customer, values)
    ensure_assignable(customer)
    label_customer(actor, customer, labels)
    return customer


@transaction.atomic
def customer_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, labels: Iterable[Label] | None = None, **values: Any
) -> Customer:
    """Raises NotFound, Forbidden, Stale, Invalid, Conflict (`identifier_taken`)."""
    if "parent" in values:
        lock_tree_of(pk)
    customer = fetch_locked(Customer, actor, "write", pk, version)
    with identifiers_once(actor, customer):
        changes = writes.apply(actor, customer, with_domain(values))
    ensure_transition(customer, changes)
    if {"owner", "team"} & set(changes):
        ensure_assignable(customer)
    if "parent" in changes:
        move_below(customer)
    if labels is not None:
        label_customer(actor, customer, labels)
    return customer


@transaction.atomic
def customer_archive(actor: Actor, pk: UUID | str, version: int | None = None) -> Customer:
    """Raises NotFound, Forbidden, Stale, Conflict (`has_children`)."""
    refuse_with_children(fetch_locked(Customer, actor, "delete", pk, version))
    return writes.archive(Customer, actor, pk, version)


@transaction.atomic
def customer_restore(actor: Actor, pk: UUID | str, version: int | None = None) -> Customer:
    """Raises NotFound, Forbidden, Stale, Conflict (`identifier_taken` where another one got it meanwhile)."""
    with identifiers_once(actor, fetch_locked(Customer, actor, "delete", pk, version)):
        return writes.restore(Customer, actor, pk, version)


customer_delete = partial(writes.delete, Customer)


@transaction.atomic
def customer_label(actor: Actor, pk: UUID | str, label: Label) -> Customer:
    """Puts one more label on it. Raises NotFound, Forbidden, Invalid for a label of another team."""
    customer = fetch_locked(Customer, actor, "write", pk)
    label_customer(actor, customer, {*customer.labels.all(), label})
    return customer


@transaction.atomic
def customer_unlabel(actor: Actor, pk: UUID | str, label: Label) -> Customer:
    """Takes one label off it. Raises NotFound, Forbidden."""
    customer = fetch_locked(Customer, actor, "write", pk)
    label_customer(actor, customer, set(customer.labels.all()) - {label})
    return customer


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
