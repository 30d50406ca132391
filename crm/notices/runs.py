"""Work that went on behind: its person is told once it has ended. An observer of the trail."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from auditlog.models import AuditEvent
from crm.bulk.models import BulkRun
from crm.bulk.services import AT_ONCE as FEW_CHANGED
from crm.core.actor import Actor
from crm.notices.giving import Told, notice_give
from crm.notices.kinds import BULK_DONE, EXPORT_DONE, IMPORT_DONE, SCHEDULED
from crm.notices.records import subject_of
from crm.transfer.exports.models import Export
from crm.transfer.exports.services import AT_ONCE as FEW_EXPORTED
from crm.transfer.models import ImportRun
from crm.transfer.schedules.models import ExportSchedule, ScheduledRun

# (subject, the event's values) → title and text; None where somebody waited for it in the page.
Say = Callable[[Any, dict[str, Any]], tuple[str, str] | None]


def _import_finished(run: ImportRun, values: dict[str, Any]) -> tuple[str, str]:
    counts = {name.removesuffix("_count"): values.get(name) for name in ("created_count", "updated_count")}
    counts |= {"failed": values.get("failed_count")}
    return _("Your import of %(file)s has finished") % {"file": run.file_name}, _in_words(counts)


def _import_failed(run: ImportRun, values: dict[str, Any]) -> tuple[str, str]:
    return _("Your import of %(file)s has stopped") % {"file": run.file_name}, str(values.get("fault") or "")


def _bulk_finished(run: BulkRun, values: dict[str, Any]) -> tuple[str, str] | None:
    if run.total <= FEW_CHANGED:
        return None
    counts = {"changed": values.get("done"), "left as they were": values.get("stayed")}
    return _("“%(about)s” has finished") % {"about": run.about}, _in_words(counts)


def _bulk_failed(run: BulkRun, values: dict[str, Any]) -> tuple[str, str]:
    return _("“%(about)s” has stopped") % {"about": run.about}, str(values.get("fault") or "")


def _export_finished(export: Export, values: dict[str, Any]) -> tuple[str, str] | None:
    rows = int(values.get("rows") or 0)
    if rows <= FEW_EXPORTED or ScheduledRun.objects.filter(export=export).exists():
        return None
    return _("Your export of %(what)s is ready") % {"what": export.resource}, _("%(rows)s rows") % {"rows": f"{rows:,}"}


def _export_failed(export: Export, values: dict[str, Any]) -> tuple[str, str] | None:
    if ScheduledRun.objects.filter(export=export).exists():
        return None
    return _("Your export of %(what)s has failed") % {"what": export.resource}, str(values.get("fault") or "")


def _delivered(schedule: ExportSchedule, values: dict[str, Any]) -> tuple[str, str]:
    return _("%(name)s: your export is ready") % {"name": schedule.name}, str(values.get("result") or "")


def _undelivered(schedule: ExportSchedule, values: dict[str, Any]) -> tuple[str, str]:
    return _("%(name)s: the export was not delivered") % {"name": schedule.name}, str(values.get("result") or "")


HEARD: dict[str, tuple[str, Say]] = {
    "imports.finished": (IMPORT_DONE, _import_finished),
    "imports.failed": (IMPORT_DONE, _import_failed),
    "bulk_changes.finished": (BULK_DONE, _bulk_finished),
    "bulk_changes.failed": (BULK_DONE, _bulk_failed),
    "exports.failed": (EXPORT_DONE, _export_failed),
    "export_schedules.delivered": (SCHEDULED, _delivered),
    "export_schedules.failed": (SCHEDULED, _undelivered),
}
FINISHED_EXPORT = "export_finished"


def runs_heard(event: AuditEvent, subject: Any) -> None:
    """An observer of the trail."""
    known = (EXPORT_DONE, _export_finished) if event.action.endswith(FINISHED_EXPORT) else HEARD.get(event.action)
    if known is None or subject is None:
        return
    kind, say = known
    said = say(subject, {name: pair[1] for name, pair in orjson.loads(event.changes).items()})
    if said:
        told = Told(said[0], subject_of(subject), text=said[1], slot=str(event.pk))
        notice_give(_system(), kind, UUID(str(subject.owner_id)), told)


def _system() -> Actor:
    return Actor(label="system", kind="system")


def _in_words(counts: dict[str, Any]) -> str:
    """`1,284 created, 3 failed`; what did not happen is left out."""
    return ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
