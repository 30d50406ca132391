"""Records that may be the same as one about to be created: same e-mail, domain or phone, among those one sees."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from crm.core.actor import Actor
from crm.core.formats import phone
from crm.core.searching import fold
from crm.core.sensitive import unreadable
from customers.models import Contact, Customer, IdentifierKey, Lead
from customers.models.identifier import plain

SHOWN = 5
PHONES = {Customer: ("phone",), Contact: ("phone", "mobile_phone"), Lead: ("phone",)}
ALSO_LOOKED_AT: dict[type[Any], tuple[type[Any], ...]] = {
    Customer: (Customer,),
    Contact: (Contact,),
    Lead: (Lead, Contact),
}


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`detail` is what to recognise it by."""

    label: str
    kind: str
    detail: str
    url: str


def possible_duplicates(actor: Actor, model: type[Any], values: Mapping[str, Any]) -> list[Duplicate]:
    """At most SHOWN records of each kind, in one query per kind; nothing where there is nothing to compare."""
    return [_shown(record) for other in ALSO_LOOKED_AT[model] for record in _alike(actor, other, values)]


def _shown(record: Any) -> Duplicate:
    meta = record._meta
    detail = " · ".join(filter(None, (record.email, phone(record.phone), getattr(record, "domain", ""))))
    return Duplicate(
        str(record), str(meta.verbose_name), detail, reverse(f"{meta.model_name}s:detail", args=[record.pk])
    )


def _alike(actor: Actor, model: type[Any], values: Mapping[str, Any]) -> list[Any]:
    same = _same(model, values, unreadable(actor, model))
    if not same:
        return []
    return list(model.objects.for_actor(actor).active().filter(same).order_by("-id")[:SHOWN])


def has_address(model: type[Any], email: str) -> Q:
    """As the primary address, or as a further one.

    The search column is indexed for fragments; the second test keeps whole addresses only.
    """
    primary = Q(email__iexact=email)
    whole = primary | Q(further_emails__icontains=json.dumps(email)) if model is Contact else primary
    return Q(search_text__contains=fold(email)) & whole


def _same(model: type[Any], values: Mapping[str, Any], hidden: frozenset[str]) -> Q:
    same = Q()
    if email := values.get("email"):
        same |= has_address(model, email)
    if model is Customer and (domain := values.get("domain")):
        same |= Q(domain=domain.lower())
    if model is Customer and (rows := values.get("identifiers")):
        # The same number as another kind, or of another register: the very same one is refused.
        identifiers = [plain(str(row.get("value", ""))) for row in rows]
        same |= Q(pk__in=IdentifierKey.objects.filter(value__in=identifiers).values("customer_id"))
    numbers = [number for name in ("phone", "mobile_phone") if (number := values.get(name))]
    for number in numbers:
        exact = Q(*((name, number) for name in PHONES[model] if name not in hidden), _connector=Q.OR)
        same |= Q(search_text__contains=fold(number)) & exact
    return same
