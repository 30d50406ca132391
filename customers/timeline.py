"""Notes and documents as sources of timelines."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.timeline import Entry
from customers.models import Document, Note
from customers.models.choices import NoteCategory, Priority, Visibility
from customers.models.subjects import SUBJECTS


def notes_of(actor: Actor, subject: Any, before: datetime | None, limit: int) -> list[Entry]:
    return [note_entry(note) for note in _latest(Note, actor, subject, before, limit)]


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
        markup=note.body_html,
        marks=_marks_of(note),
    )


def _marks_of(note: Note) -> tuple[tuple[str, str], ...]:
    """What is out of the ordinary: the rest would be noise on every note."""
    category = [("neutral", note.get_category_display())] if note.category != NoteCategory.GENERAL else []
    outside = [("info", note.get_visibility_display())] if note.visibility == Visibility.EXTERNAL else []
    priority = [(note.priority, note.get_priority_display())] if note.priority != Priority.NORMAL else []
    return (*category, *outside, *priority)


def documents_of(actor: Actor, subject: Any, before: datetime | None, limit: int) -> list[Entry]:
    return [document_entry(document) for document in _latest(Document, actor, subject, before, limit)]


def document_entry(document: Document) -> Entry:
    return Entry(
        kind="document",
        at=document.created_at,
        actor_label=str(document.owner or _("Somebody")),
        summary=_("added the document %s") % document.title,
        url=reverse("documents:detail", args=[document.pk]),
    )


def _latest(
    model: type[Note] | type[Document], actor: Actor, subject: Any, before: datetime | None, limit: int
) -> Iterable[Any]:
    """Of those about this record that the actor may read."""
    name = subject._meta.model_name
    if name not in SUBJECTS:
        return []
    rows: Any = model.objects.for_actor(actor).active().filter(**{name: subject}).select_related("owner")
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    return rows.order_by("-created_at", "-id")[:limit]
