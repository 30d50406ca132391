"""A schedule in words: when it runs, and how its last run went."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from crm.outbox.models import Delivery, State
from crm.transfer.schedules.cadence import Every
from crm.transfer.schedules.models import ExportSchedule, RunState, ScheduledRun
from crm.transfer.schedules.running import key_of

SHOWN = 20


def when(schedule: ExportSchedule) -> str:
    """`Every Mon, Thu at 07:00 (Europe/Berlin)`."""
    said = {"time": f"{schedule.hour:02}:00", "zone": schedule.time_zone}
    if schedule.every == Every.WEEKLY:
        days = ", ".join(str(WEEKDAYS_ABBR[day]) for day in schedule.weekdays)
        return _("Every %(days)s at %(time)s (%(zone)s)") % {**said, "days": days}
    if schedule.every == Every.MONTHLY:
        if schedule.month_day == 31:
            return _("On the last day of each month at %(time)s (%(zone)s)") % said
        return _("On day %(day)s of each month at %(time)s (%(zone)s)") % {**said, "day": schedule.month_day}
    return _("Every day at %(time)s (%(zone)s)") % said


def weekday_choices() -> list[tuple[int, Any]]:
    return list(WEEKDAYS.items())


def last_runs(schedules: list[ExportSchedule]) -> dict[Any, ScheduledRun]:
    """The newest run of each, in one query."""
    runs = ScheduledRun.objects.filter(schedule__in=schedules).order_by("schedule_id", "started_at", "id")
    return {run.schedule_id: run for run in runs.filter(pk__in=_newest(schedules))}


def _newest(schedules: list[ExportSchedule]) -> list[Any]:
    newest = ScheduledRun.objects.filter(schedule=OuterRef("pk")).order_by("-started_at", "-id").values("pk")[:1]
    found = ExportSchedule.objects.filter(pk__in=[one.pk for one in schedules]).annotate(newest=Subquery(newest))
    return [pk for pk in found.values_list("newest", flat=True) if pk]


def runs_of(schedule: ExportSchedule) -> list[ScheduledRun]:
    """The newest ones; of one that is being tried again, `trouble` says what was in the way and `next_try` when."""
    runs = list(schedule.runs.select_related("export").order_by("-started_at", "-id")[:SHOWN])
    under_way = {key_of(run): run for run in runs if run.state == RunState.DELIVERING}
    for delivery in Delivery.objects.filter(key__in=under_way):
        run: Any = under_way[delivery.key]
        run.trouble = delivery.last_error
        run.next_try = delivery.next_attempt_at if delivery.state == State.PENDING else None
    return runs
