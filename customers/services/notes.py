"""Writes to notes. The author of a note is its owner."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from auditlog import writes
from crm.core.actor import Actor
from customers.models import Note
from customers.models.note import SUBJECTS
from customers.services.contacts import with_team_of


@transaction.atomic
def note_create(actor: Actor, **values: Any) -> Note:
    """Belongs to the team of what it is about, which counts as worked on now. Raises Invalid, Forbidden."""
    subjects = [values[name] for name in SUBJECTS if values.get(name) is not None]
    note = writes.create(actor, Note(), with_team_of(next(iter(subjects), None), values))
    for subject in subjects:
        type(subject).objects.filter(pk=subject.pk).update(last_activity_at=timezone.now())
    return note


@transaction.atomic
def note_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Note:
    """Raises NotFound, Forbidden, Stale, Invalid."""
    return writes.update(actor, Note, pk, values, version)


note_archive = partial(writes.archive, Note)
note_restore = partial(writes.restore, Note)
note_delete = partial(writes.delete, Note)
