"""What happened last among everything the actor may read: activities, notes, steps of deals."""

from dataclasses import replace
from heapq import nlargest

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.timeline import Entry
from customers.models import Note
from customers.models.note import SUBJECTS
from customers.timeline import note_entry
from deals.models import Activity, Deal, StageChange
from deals.timeline import activity_entry

SHOWN = 8


def latest_entries(actor: Actor, limit: int = SHOWN) -> list[Entry]:
    """The newest of three sources, one indexed query each."""
    entries = [*_activities(actor, limit), *_notes(actor, limit), *_steps(actor, limit)]
    return nlargest(limit, entries, key=lambda entry: entry.at)


def _activities(actor: Actor, limit: int) -> list[Entry]:
    rows = Activity.objects.for_actor(actor).active().select_related("owner")
    return [activity_entry(activity) for activity in rows.order_by("-created_at", "-id")[:limit]]


def _notes(actor: Actor, limit: int) -> list[Entry]:
    rows = Note.objects.for_actor(actor).active().select_related("owner").order_by("-created_at", "-id")[:limit]
    return [replace(note_entry(note), url=_address_of(note), manage_url="") for note in rows]


def _address_of(note: Note) -> str:
    name = next(name for name in SUBJECTS if getattr(note, f"{name}_id"))
    return reverse(f"{name}s:detail", args=[getattr(note, f"{name}_id")])


def _steps(actor: Actor, limit: int) -> list[Entry]:
    rows = StageChange.objects.filter(deal__in=Deal.objects.for_actor(actor).active())
    return [_step(change) for change in rows.select_related("deal", "to_stage").order_by("-at", "-id")[:limit]]


def _step(change: StageChange) -> Entry:
    names = {"deal": change.deal.name, "to": change.to_stage.name}
    summary = _("moved %(deal)s to %(to)s") if change.from_stage_id else _("started %(deal)s in %(to)s")
    url = reverse("deals:detail", args=[change.deal_id])
    return Entry("stage", change.at, change.actor_label, summary % names, url=url)
