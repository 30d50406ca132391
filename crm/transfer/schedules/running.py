"""A run: its export is ordered with its owner's rights, and once that is written the file is handed on."""

import json
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core.signing import TimestampSigner
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may
from crm.core.errors import CrmError
from crm.outbox.mail import send
from crm.outbox.models import Delivery, State
from crm.outbox.services import enqueue
from crm.transfer.export_templates.models import ExportTemplate
from crm.transfer.export_templates.ordering import order_of
from crm.transfer.exports.formats import FORMATS
from crm.transfer.exports.models import Export, ExportState
from crm.transfer.exports.services import BEHIND, export_create
from crm.transfer.rights import actor_behind
from crm.transfer.schedules.mail_kinds import SCHEDULED_EXPORT, SCHEDULED_EXPORT_FAILED
from crm.transfer.schedules.models import OPEN, Destination, ExportSchedule, RunState, ScheduledRun, ScheduleState
from crm.transfer.schedules.stopping import schedule_stop, why_not

SALT = "crm.transfer.schedules"
KIND = {Destination.S3: "export-s3", Destination.SFTP: "export-sftp"}


def owner_of(schedule: ExportSchedule) -> Actor:
    return actor_behind(schedule.owner, schedule.rights, door="job")


def run_begin(schedule: ExportSchedule, slot: date | None) -> ScheduledRun:
    """In the caller's transaction, of a schedule that is locked. What its owner may not have stops it, in words.

    Raises IntegrityError where the day has its run.
    """
    actor = owner_of(schedule)
    run = ScheduledRun.objects.create(schedule=schedule, slot=slot)
    try:
        with transaction.atomic():
            run.export = export_create(actor, at_once=BEHIND, **_order(actor, schedule))
    except CrmError as refusal:
        reason = refusal.message
        run_fail(run, reason)
        schedule_stop(actor, schedule, reason)
        return run
    run.save(update_fields=["export"])
    record(actor, "export_schedules.ran", schedule, {"run": (None, str(run.pk)), "export": (None, str(run.export.pk))})
    return run


def _order(actor: Actor, schedule: ExportSchedule) -> dict[str, Any]:
    """Raises CrmError with the reason in words."""
    if reason := why_not(schedule):
        raise CrmError(reason)
    ensure_may(actor, "exports:write", schedule)
    template = cast(ExportTemplate, schedule.template)
    if not ExportTemplate.objects.for_actor(actor).filter(pk=template.pk).exists():
        raise CrmError(_("Its template is no longer shared with %(person)s.") % {"person": schedule.owner})
    return order_of(actor, template)


def export_written(delivery: Delivery) -> None:
    """A follower of exports: its file is there, so it goes on at once; the sweep finds what nobody told."""
    for pk in ScheduledRun.objects.filter(export=delivery.content()["export"], state__in=OPEN).values_list("pk"):
        run_settle(*pk)


@transaction.atomic
def run_settle(pk: UUID) -> None:
    """Takes an open run one step on, as far as its export and its delivery have come."""
    run = locked_run(pk)
    if run is None:
        return
    if run.state == RunState.WRITING:
        _hand_on(run)
    else:
        sent = Delivery.objects.filter(key=key_of(run)).first()
        if sent is None or sent.state in (State.FAILED, State.CANCELLED):
            run_fail(run, sent.last_error if sent else _("Its delivery was removed."))


def _hand_on(run: ScheduledRun) -> None:
    export = run.export
    if export is None:
        run_fail(run, _("The file was deleted before it was delivered."))
    elif export.state == ExportState.DONE:
        _deliver(run, export)
    elif not export.is_open:
        run_fail(run, export.fault or _("The file could not be written."))


def _deliver(run: ScheduledRun, export: Export) -> None:
    """What came in between is seen: nobody is written to, and nothing leaves, for who was deactivated meanwhile."""
    schedule = run.schedule
    if reason := why_not(schedule):
        run_fail(run, reason)
        return stop_unless_stopped(schedule, reason)
    run.file_name = name_of(run, export)
    if schedule.destination == Destination.MAIL:
        told: dict[str, Any] = {
            "name": schedule.name,
            "rows": rows_of(export),
            "link": link_to(run),
            "until": _until(run),
        }
        send(SCHEDULED_EXPORT, schedule.owner.email, key_of_delivery=key_of(run), **told)
        return run_done(run, _("%(rows)s, link sent to %(to)s") % {**told, "to": schedule.owner.email})
    kind = KIND[Destination(schedule.destination)]
    enqueue(kind, {"run": str(run.pk)}, key=key_of(run), subject=run.file_name, sent_by_id=schedule.owner_id)
    run.state = RunState.DELIVERING
    run.save(update_fields=["state", "file_name"])
    return None


def run_done(run: ScheduledRun, result: str) -> None:
    """In the caller's transaction, as `run_fail`."""
    _end(run, RunState.DELIVERED, result)
    told = {"file": (None, run.file_name), "result": (None, result)}
    record(owner_of(run.schedule), "export_schedules.delivered", run.schedule, told)


def run_fail(run: ScheduledRun, reason: str) -> None:
    """Its owner is told by mail; one who was deactivated is not."""
    _end(run, RunState.FAILED, reason)
    schedule = run.schedule
    record(owner_of(schedule), "export_schedules.failed", schedule, {"result": (None, reason)})
    if schedule.owner.is_active:
        link = f"{settings.PUBLIC_URL}{reverse('exports:schedules_detail', args=[schedule.pk])}"
        values: dict[str, Any] = {"name": schedule.name, "reason": reason, "link": link}
        send(SCHEDULED_EXPORT_FAILED, schedule.owner.email, key_of_delivery=f"{key_of(run)}:failed", **values)


def stop_unless_stopped(schedule: ExportSchedule, reason: str) -> None:
    if schedule.state != ScheduleState.STOPPED:
        schedule_stop(owner_of(schedule), schedule, reason)


def _end(run: ScheduledRun, state: RunState, result: str) -> None:
    run.state, run.result, run.finished_at = state, result, timezone.now()
    run.save(update_fields=["state", "result", "finished_at", "file_name"])


def locked_run(pk: UUID | str) -> ScheduledRun | None:
    """An open run with its schedule, both locked: in the order in which everything else locks them."""
    schedule = ScheduledRun.objects.filter(pk=pk).values("schedule")
    if not ExportSchedule.objects.select_for_update().filter(pk__in=schedule).exists():
        return None
    rows = ScheduledRun.objects.select_related("schedule__owner__role", "schedule__template", "export")
    found: ScheduledRun | None = rows.filter(pk=pk, state__in=OPEN).first()
    return found


def key_of(run: ScheduledRun) -> str:
    return f"scheduled_export:{run.pk}"


def name_of(run: ScheduledRun, export: Export) -> str:
    """The same at each try, and no other run's: `key-accounts-2026-11-28-0700-1f2e3d4c.csv`."""
    at = timezone.localtime(run.started_at, run.schedule.cadence.zone)
    words = slugify(run.schedule.name)[:60] or export.resource
    return f"{words}-{at:%Y-%m-%d-%H%M}-{run.pk.hex[-8:]}.{FORMATS[export.format].extension}"


def rows_of(export: Export) -> str:
    """`1 row`, `1,284 rows`."""
    count = export.rows_done
    return ngettext("%(count)s row", "%(count)s rows", count) % {"count": f"{count:,}"}


def manifest_bytes(manifest: dict[str, Any]) -> bytes:
    return json.dumps(manifest, indent=1, ensure_ascii=False).encode()


def link_to(run: ScheduledRun) -> str:
    """Signed, with its time; it opens to the run's owner alone, who has to sign in."""
    token = TimestampSigner(salt=SALT).sign(run.pk.hex)
    return f"{settings.PUBLIC_URL}{reverse('exports:scheduled', args=[token])}"


def _until(run: ScheduledRun) -> str:
    until = cast(datetime, cast(Export, run.export).expires_at)
    return f"{timezone.localtime(until, run.schedule.cadence.zone):%Y-%m-%d %H:%M}"
