"""Who has an identifier already, and how that is told; the keys themselves see to it that only one can (ADR 62)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.errors import Conflict
from customers.errors import IdentifierTaken
from customers.models import Customer, IdentifierKey
from customers.models.choices import IdentifierKind
from customers.models.identifier import Row, key_of, name_of, plain


@contextmanager
def identifiers_once(actor: Actor, customer: Customer) -> Iterator[None]:
    """Asks who has it only when the database has refused: no query more, and no gap for two at the same moment.

    Raises IdentifierTaken.
    """
    try:
        yield
    except Conflict as refusal:
        if refusal.code == "already_exists":
            _refuse_taken(actor, customer)
        raise


def _refuse_taken(actor: Actor, customer: Customer) -> None:
    rows = {key_of(customer.team_id, row): row for row in customer.identifiers}
    held = {key: pk for key, pk in holders_of(rows).items() if pk != customer.pk}
    names = names_of(actor, held.values())
    if held:
        told = (taken(rows[key], names.get(pk, "")) for key, pk in held.items())
        details = [{"field": "identifiers", "code": IdentifierTaken.code, "message": one} for one in told]
        raise IdentifierTaken(details=details)


def holders_of(keys: Iterable[str]) -> dict[str, UUID]:
    return dict(IdentifierKey.objects.filter(pk__in=list(keys)).values_list("pk", "customer_id"))


def names_of(actor: Actor, pks: Iterable[UUID]) -> dict[UUID, str]:
    """Of those that the actor may read."""
    return dict(Customer.objects.for_actor(actor).filter(pk__in=list(pks)).values_list("pk", "name"))


def taken(row: Row, name: str) -> str:
    """`name` is empty where the actor may not read who has it."""
    words = {"kind": IdentifierKind(row["kind"]).label, "value": row["value"], "name": name}
    return (
        _("%(name)s has %(kind)s %(value)s already.") if name else _("Another has %(kind)s %(value)s already.")
    ) % words


def having(rows: Any, number: str) -> Any:
    """Active customers one of whose identifiers this is, whatever its kind and however it is spaced."""
    return rows.filter(pk__in=IdentifierKey.objects.filter(value=plain(number)).values("customer_id"))


def together(before: Iterable[Mapping[str, str]], more: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """What is new after what is there; the same in another spelling is not."""
    found: dict[str, Mapping[str, str]] = {}
    for row in (*before, *more):
        found.setdefault(name_of(row), row)
    return list(found.values())
