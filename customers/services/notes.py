"""Writes to notes. The author of a note is its owner."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from auditlog import writes
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from customers.models import Note
from customers.models.subjects import SUBJECTS
from customers.services.contacts import with_team_of
from customers.services.mentions import mentions_in, tell_mentioned


@transaction.atomic
def note_create(actor: Actor, **values: Any) -> Note:
    """Belongs to the team of what it is about, which counts as worked on now; who is named in it is told.

    Raises Invalid, Forbidden.
    """
    subjects = [values[name] for name in SUBJECTS if values.get(name) is not None]
    about = next(iter(subjects), None)
    values = {**values, "mentions": mentions_in(actor, values.get("body") or "", about)}
    note = writes.create(actor, Note(), with_team_of(about, values))
    tell_mentioned(actor, note)
    for subject in subjects:
        type(subject).objects.filter(pk=subject.pk).update(last_activity_at=timezone.now())
    return note


@transaction.atomic
def note_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Note:
    """Raises NotFound, Forbidden, Stale, Invalid."""
    note = fetch_locked(Note, actor, "write", pk, version)
    before = note.mentions
    if "body" in values:
        values["mentions"] = mentions_in(actor, values["body"] or "", note.subject, before)
    writes.apply(actor, note, values)
    tell_mentioned(actor, note, before)
    return note


note_archive = partial(writes.archive, Note)
note_restore = partial(writes.restore, Note)
note_delete = partial(writes.delete, Note)
