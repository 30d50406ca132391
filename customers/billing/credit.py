"""How much of a credit limit is used; by what, floors above know and register in crm.wiring."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm.core.actor import Actor
from crm.core.sensitive import hidden_fields
from customers.models import BillingProfile, Customer

# (customer, currency) → what is open with them in that currency, whoever may see which part of it.
Measure = Callable[[Customer, str], Decimal]
_measures: list[Measure] = []


@dataclass(frozen=True, slots=True)
class Credit:
    """In the currency of the profile; what is open in others is not added up."""

    limit: Decimal
    used: Decimal
    currency: str

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.limit

    @property
    def beyond(self) -> Decimal:
        return self.used - self.limit


def measure_use_with(measure: Measure) -> None:
    """Called by crm.wiring only."""
    if measure not in _measures:
        _measures.append(measure)


def credit_of(actor: Actor, customer: Any) -> Credit | None:
    """None without a limit, and for who may not know it."""
    if customer is None:
        return None
    profile = BillingProfile.objects.for_actor(actor).active().filter(customer=customer).first()
    if profile is None or profile.credit_limit is None or "credit_limit" in hidden_fields(actor, profile):
        return None
    used = sum((measure(customer, profile.currency) for measure in _measures), Decimal(0))
    return Credit(profile.credit_limit, used, profile.currency)
