"""The record of processing activities: written by compliance, each version in the trail."""

from typing import Any
from uuid import UUID

from auditlog import writes
from crm.compliance.models import ProcessingActivity
from crm.core.actor import Actor


def processing_activity_create(actor: Actor, **values: Any) -> ProcessingActivity:
    """Raises Forbidden, Invalid, Conflict (`already_exists`)."""
    return writes.create(actor, ProcessingActivity(), values)


def processing_activity_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any
) -> ProcessingActivity:
    """Raises NotFound, Forbidden, Stale, Invalid, Conflict."""
    return writes.update(actor, ProcessingActivity, pk, values, version)


def processing_activity_delete(actor: Actor, pk: UUID | str, *, version: int | None = None) -> None:
    """What is no longer done; the trail keeps what it was."""
    writes.delete(ProcessingActivity, actor, pk, version)
