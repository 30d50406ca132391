"""Which status may follow which, and the writes that change it."""

from typing import Any
from uuid import UUID

from django.db import transaction

from auditlog import writes
from crm.core.actor import Actor
from crm.core.errors import invalid_field
from customers.models.lifecycle import DEFAULTS, STATUSES, Lifecycle


@transaction.atomic
def lifecycle_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, allowed: dict[str, list[str]]
) -> Lifecycle:
    """Records keep the status they have. Raises NotFound, Forbidden, Stale, Invalid."""
    return writes.update(actor, Lifecycle, pk, {"allowed": allowed}, version)


def following(holder: str, status: str) -> list[str]:
    """What may follow, in the order of the statuses; one query."""
    found = Lifecycle.objects.filter(holder=holder).values_list("allowed", flat=True).first()
    allowed: dict[str, list[str]] = DEFAULTS[holder] if found is None else found
    return [str(one) for one in STATUSES[holder] if one in allowed.get(status, ())]


def ensure_transition(record: Any, changes: dict[str, tuple[Any, Any]]) -> None:
    """Raises Invalid (`transition_refused`) that lists what is allowed, when `changes` has a status out of turn."""
    before, after = changes.get("status", ("", ""))
    if before == after:
        return
    holder = str(record._meta.model_name)
    allowed = following(holder, before)
    if after not in allowed:
        labels = dict(STATUSES[holder].choices)
        may = ", ".join(str(labels[one]) for one in allowed) or "nothing"
        message = f"{labels[before]} cannot become {labels[after]}. It may become: {may}."
        raise invalid_field("status", message, "transition_refused")
