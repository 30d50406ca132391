"""Customers and contacts that nobody works with; whoever reads one by its id or a search is told of."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, validate_record
from crm.core.errors import Conflict, NotFound
from customers.models import Contact, Customer

Draft = tuple[Mapping[str, Any], Iterable[Mapping[str, Any]]]


@transaction.atomic
def canaries_plant(actor: Actor, drafts: Iterable[Draft], team: Any) -> list[Customer | Contact]:
    """Per draft a customer and its people, values by field. Raises Forbidden, Invalid.

    The event does not name the record as its object, so that no timeline or trail of the record tells what it is.
    """
    planted: list[Customer | Contact] = []
    for company, people in drafts:
        customer = _plant(actor, Customer(team=team, **company))
        planted += [customer, *(_plant(actor, Contact(team=team, customer=customer, **one)) for one in people)]
    return planted


@transaction.atomic
def canary_remove(actor: Actor, pk: UUID | str, *, model: type[Any]) -> None:
    """For good. Raises NotFound, Conflict (`has_children`) while something points to it."""
    canary = model.objects.planted(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if canary is None:
        raise NotFound()
    named = _name_of(canary)
    try:
        canary.delete()
    except ProtectedError:
        raise Conflict("Remove what belongs to it first.", code="has_children") from None
    record(actor, "canaries.removed", None, {name: (value, None) for name, value in named.items()})


def _plant(actor: Actor, canary: Any) -> Any:
    canary.is_canary = True
    ensure_may(actor, "security:manage", canary)
    validate_record(canary, Actor.system("canaries"))
    canary.save(force_insert=True)
    record(actor, "canaries.planted", None, {name: (None, value) for name, value in _name_of(canary).items()})
    return canary


def _name_of(canary: Any) -> dict[str, str]:
    return {"record": f"{canary._meta.model_name}:{canary.pk}", "name": str(canary)}
