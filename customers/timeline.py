"""Notes as a source of timelines."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.timeline import Entry
from customers.models import Note
from customers.models.note import SUBJECTS


def notes_of(actor: Actor, subject: Any, before: datetime | None, limit: int) -> list[Entry]:
    name = subject._meta.model_name
    if name not in SUBJECTS:
        return []
    notes = Note.objects.for_actor(actor).active().filter(**{name: subject}).select_related("owner")
    if before is not None:
        notes = notes.filter(created_at__lt=before)
    return [note_entry(note) for note in notes.order_by("-created_at", "-id")[:limit]]


def note_entry(note: Note) -> Entry:
    return Entry(
        kind="note",
        at=note.created_at,
        actor_label=str(note.owner or _("Somebody")),
        summary=_("Note"),
        body=note.body,
        id=f"note-{note.pk}",
        manage_url=reverse("notes:show", args=[note.pk]),
        pinned=note.pinned,
    )
