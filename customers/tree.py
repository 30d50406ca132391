"""What is below a customer, however deep, in one statement; and what it all adds up to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from customers.models import Contact, Customer

# Levels from the top of a group down, the first included; the highest `account_level` is one less.
LEVELS = 10
# UNION leaves out what was reached before, so that even a circle would come to an end.
DOWNWARD = """
    WITH RECURSIVE tree(id) AS (
        SELECT id FROM customers_customer WHERE id = %s
        UNION SELECT below.id FROM customers_customer below JOIN tree ON below.parent_id = tree.id
    ) SELECT id FROM tree
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """One figure about a whole group, as people read it; `value` is what programs get."""

    name: str
    label: str
    text: str
    value: Any


# (actor, the customers of the group) → figures.
Rollup = Callable[[Actor, QuerySet[Any]], list[Sum]]
_rollups: list[Rollup] = []


def register_rollup(rollup: Rollup) -> None:
    """For figures of higher floors, such as open deals. Called by crm.wiring only."""
    _rollups.append(rollup)


def tree_of(pk: UUID) -> RawSQL:
    """The ids of a customer and of all below it, for `pk__in`."""
    # The statement is a constant of this module, and the id a parameter of it.
    return RawSQL(DOWNWARD, [Customer._meta.pk.get_db_prep_value(pk, connection)])  # noqa: S611  # nosec B611


def group_of(actor: Actor, pk: UUID) -> QuerySet[Any]:
    """The active customers of the tree that the actor sees: what one cannot see is not counted."""
    rows: QuerySet[Any] = Customer.objects.for_actor(actor).active().filter(pk__in=tree_of(pk))
    return rows


def sums_of(actor: Actor, customer: Customer) -> list[Sum]:
    """A statement per figure."""
    group = group_of(actor, customer.pk)
    below = group.exclude(pk=customer.pk).count()
    people = Contact.objects.for_actor(actor).active().filter(customer__in=group.values("pk")).count()
    own = [
        Sum("customers_below", str(_("Customers below")), f"{below:,}", below),
        Sum("contacts", str(_("Contacts")), f"{people:,}", people),
    ]
    return own + [one for rollup in _rollups for one in rollup(actor, group.values("pk"))]
