"""What is due by the clock: a slot is run once, whoever sweeps."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from crm.core.actor import Actor
from crm.transfer.schedules.models import OPEN, ExportSchedule, ScheduledRun, ScheduleState
from crm.transfer.schedules.running import run_begin, run_settle

LISTED = timedelta(days=90)
AT_ONCE = 500

log = structlog.get_logger("vouch.schedules")


def schedules_run(actor: Actor, at: datetime) -> str:
    """A job: begins what is due, and goes on with what is under way. What breaks one keeps no other waiting."""
    due = ExportSchedule.objects.filter(state=ScheduleState.ACTIVE, next_run_at__lte=at).order_by("next_run_at")
    begun = sum(_tried(slot_begin, pk, at) for pk in due.values_list("pk", flat=True)[:AT_ONCE])
    under_way = ScheduledRun.objects.filter(state__in=OPEN).values_list("pk", flat=True)
    settled = sum(_tried(run_settle, pk) for pk in under_way)
    return f"{begun} begun, {settled} looked after"


def _tried(step: object, pk: UUID, *more: object) -> bool:
    try:
        step(pk, *more)  # type: ignore[operator]
    except Exception:
        log.exception("schedule_broke", id=str(pk))
        return False
    return True


@transaction.atomic
def slot_begin(pk: UUID, at: datetime) -> None:
    """The newest slot that is due; those that nobody was there for are not made up for."""
    schedule = _due(ExportSchedule.objects.select_for_update(of=("self",)), pk, at)
    if schedule is None:
        return
    schedule.next_run_at = schedule.cadence.next_after(at)
    schedule.save(update_fields=["next_run_at"])
    try:
        with transaction.atomic():
            run_begin(schedule, schedule.cadence.last_until(at))
    except IntegrityError:
        log.info("slot_was_run", id=str(pk))


def _due(rows: QuerySet[ExportSchedule], pk: UUID, at: datetime) -> ExportSchedule | None:
    """Where another sweep holds it: as that one left it, which is due no more."""
    due = rows.select_related("owner__role", "template")
    return due.filter(pk=pk, state=ScheduleState.ACTIVE, next_run_at__lte=at).first()


def purge_scheduled_runs(at: datetime) -> int:
    """Files have gone long before; an export's own entry is kept as long."""
    ended = ScheduledRun.objects.exclude(state__in=OPEN).filter(started_at__lte=at - LISTED)
    return int(ended.delete()[0])
