"""Writes to billing profiles; a customer has one."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from auditlog import writes
from crm.core.actor import Actor
from customers.models import BillingProfile
from customers.services.contacts import with_team_of


@transaction.atomic
def billing_profile_create(actor: Actor, **values: Any) -> BillingProfile:
    """Belongs to its customer's team. Raises Invalid, Forbidden, Conflict (`already_exists`)."""
    return writes.create(actor, BillingProfile(), with_team_of(values.get("customer"), values))


@transaction.atomic
def billing_profile_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any
) -> BillingProfile:
    """Raises NotFound, Forbidden, Stale, Invalid, Conflict."""
    return writes.update(actor, BillingProfile, pk, values, version)


billing_profile_archive = partial(writes.archive, BillingProfile)
billing_profile_restore = partial(writes.restore, BillingProfile)
billing_profile_delete = partial(writes.delete, BillingProfile)
