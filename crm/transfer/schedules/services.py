"""Every mutation of a schedule: export_schedule_<action>(actor, …)."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from auditlog import writes
from auditlog.services import last_words, record
from crm.core.actor import Actor
from crm.core.changes import Changes, fetch_locked, save_changes
from crm.core.errors import Forbidden, from_validation_error, invalid_field
from crm.transfer.export_templates.models import ExportTemplate
from crm.transfer.export_templates.ordering import order_of
from crm.transfer.rights import rights_of
from crm.transfer.schedules.cadence import Every
from crm.transfer.schedules.destinations import configured
from crm.transfer.schedules.errors import StillRunning, TooManySchedules
from crm.transfer.schedules.models import OPEN, ExportSchedule, ScheduledRun, ScheduleState
from crm.transfer.schedules.running import run_begin

MOST_SCHEDULES = 50
CHANGEABLE = {"name", "template", "every", "weekdays", "month_day", "hour", "destination"}


@transaction.atomic
def export_schedule_create(
    actor: Actor, *, template: ExportTemplate, name: str = "", id: UUID | None = None, **values: Any
) -> ExportSchedule:
    """Runs `template` with the actor's rights from its next moment on. Raises Invalid, Forbidden, Conflict."""
    _ensure_room(actor)
    schedule = ExportSchedule(owner_id=cast(UUID, actor.id))
    _place(actor, schedule, template, values)
    schedule.next_run_at = schedule.cadence.next_after(timezone.now())
    return writes.create(actor, schedule, {"id": id, "name": name or template.name, **values, "template": template})


@transaction.atomic
def export_schedule_update(
    actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any
) -> ExportSchedule:
    """Its hour becomes one of the time zone that its owner has now. Raises as creation does, and NotFound, Stale."""
    schedule = fetch_locked(ExportSchedule, actor, "write", pk, version)
    template = values.get("template") or schedule.template
    before = {name: getattr(schedule, name) for name in values}
    _place(actor, schedule, template, values)
    for name, value in before.items():
        setattr(schedule, name, value)
    writes.apply(actor, schedule, values)
    if schedule.state == ScheduleState.ACTIVE:
        schedule.next_run_at = schedule.cadence.next_after(timezone.now())
    schedule.save(update_fields=["time_zone", "rights", "next_run_at"])
    return schedule


@transaction.atomic
def export_schedule_pause(actor: Actor, pk: UUID | str) -> ExportSchedule:
    """What is being delivered still is. Raises NotFound, Forbidden."""
    schedule = fetch_locked(ExportSchedule, actor, "write", pk)
    if schedule.state == ScheduleState.ACTIVE:
        _enter(actor, schedule, ScheduleState.PAUSED, "paused")
    return schedule


@transaction.atomic
def export_schedule_resume(actor: Actor, pk: UUID | str) -> ExportSchedule:
    """From the next moment on; nothing is made up for. Raises NotFound, Forbidden, Invalid."""
    schedule = fetch_locked(ExportSchedule, actor, "write", pk)
    if schedule.state != ScheduleState.ACTIVE:
        _ensure_runs(actor, schedule.template)
        _enter(actor, schedule, ScheduleState.ACTIVE, "resumed")
    return schedule


@transaction.atomic
def export_schedule_run_now(actor: Actor, pk: UUID | str) -> ScheduledRun:
    """Beside the next run, which stays. Raises NotFound, Forbidden, Invalid, Conflict (`export_run_unfinished`)."""
    schedule = fetch_locked(ExportSchedule, actor, "write", pk)
    if schedule.runs.filter(state__in=OPEN).exists():
        raise StillRunning()
    _ensure_runs(actor, schedule.template)
    record(actor, "export_schedules.run_asked", schedule)
    return run_begin(schedule, None)


@transaction.atomic
def export_schedule_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    """With the list of its runs; files it delivered stay where they are. Raises NotFound, Forbidden, Stale."""
    schedule = fetch_locked(ExportSchedule, actor, "write", pk, version)
    record(actor, "export_schedules.deleted", schedule, last_words(schedule))
    schedule.delete()


def _enter(actor: Actor, schedule: ExportSchedule, state: ScheduleState, word: str) -> None:
    changes: Changes = {"state": (schedule.state, state.value)}
    schedule.state, schedule.stopped_because = state, ""
    is_active = state == ScheduleState.ACTIVE
    schedule.next_run_at = schedule.cadence.next_after(timezone.now()) if is_active else None
    save_changes(schedule, {"state", "stopped_because", "next_run_at"})
    record(actor, f"export_schedules.{word}", schedule, changes)


def _place(actor: Actor, schedule: ExportSchedule, template: ExportTemplate | None, values: dict[str, Any]) -> None:
    """Checks what was given, and notes whose clock and rights it runs by."""
    if unknown := sorted(set(values) - CHANGEABLE):
        raise invalid_field(unknown[0], "There is no such field.", "unknown_field")
    _ensure_runs(actor, template)
    if "weekdays" in values:
        values["weekdays"] = _weekdays(values["weekdays"])
    for name, value in values.items():
        setattr(schedule, name, value)
    _clean(schedule, set(values))
    if schedule.every == Every.WEEKLY and not schedule.weekdays:
        raise invalid_field("weekdays", "Choose at least one day of the week.", "required")
    if schedule.destination not in dict(configured()):
        raise invalid_field("destination", "Nobody has set up this destination here.", "invalid_choice")
    schedule.time_zone = schedule.owner.time_zone or settings.TIME_ZONE
    schedule.rights = rights_of(actor)


def _clean(schedule: ExportSchedule, given: set[str]) -> None:
    names = {field.name for field in ExportSchedule._meta.concrete_fields}
    try:
        schedule.clean_fields(exclude=names - (given - {"template"}))
    except ValidationError as error:
        raise from_validation_error(error) from None


def _weekdays(days: Sequence[Any]) -> list[int]:
    try:
        found = sorted({int(day) for day in days})
    except (TypeError, ValueError):
        found = [-1]
    if any(not 0 <= day <= 6 for day in found):
        raise invalid_field("weekdays", "Days of the week are 0 (Monday) to 6 (Sunday).", "invalid_choice")
    return found


def _ensure_runs(actor: Actor, template: ExportTemplate | None) -> None:
    """Raises Invalid for a template that the actor cannot see or that has lost something, Forbidden."""
    mine = ExportTemplate.objects.for_actor(actor)
    if template is None or not mine.filter(pk=template.pk).exists():
        raise invalid_field("template", "There is no such template.", "unknown_reference")
    order_of(actor, template)


def _ensure_room(actor: Actor) -> None:
    if actor.id is None:
        raise Forbidden("Not allowed: only a person can schedule exports.")
    if ExportSchedule.objects.filter(owner_id=actor.id).count() >= MOST_SCHEDULES:
        raise TooManySchedules()
