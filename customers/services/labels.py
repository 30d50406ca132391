"""Writes to the labels of a team."""

from functools import partial
from typing import Any
from uuid import UUID

from auditlog import writes
from crm.core.actor import Actor
from customers.models import Label


def label_create(actor: Actor, **values: Any) -> Label:
    """Raises Invalid, Forbidden, Conflict (`already_exists`) for a name the team uses."""
    return writes.create(actor, Label(), values)


def label_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Label:
    """Raises NotFound, Forbidden, Stale, Invalid, Conflict."""
    return writes.update(actor, Label, pk, values, version)


label_archive = partial(writes.archive, Label)
label_restore = partial(writes.restore, Label)
label_delete = partial(writes.delete, Label)
