"""What ends a schedule without its owner asking for it. It always says why."""

from django.utils.translation import gettext as _

from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import save_changes
from crm.transfer.export_templates.models import ExportTemplate
from crm.transfer.schedules.models import ExportSchedule, ScheduleState


def schedule_stop(actor: Actor, schedule: ExportSchedule, reason: str) -> None:
    """In the caller's transaction, of a schedule that is locked."""
    before = schedule.state
    schedule.state, schedule.stopped_because, schedule.next_run_at = ScheduleState.STOPPED, reason, None
    save_changes(schedule, {"state", "stopped_because", "next_run_at"})
    told = {"state": (before, schedule.state), "stopped_because": ("", reason)}
    record(actor, "export_schedules.stopped", schedule, told)


def template_gone(actor: Actor, template: ExportTemplate) -> None:
    """In the transaction that deletes it: whoever runs it, their schedules stop."""
    running = ExportSchedule.objects.select_for_update().filter(template=template)
    for schedule in running.exclude(state=ScheduleState.STOPPED):
        schedule_stop(actor, schedule, _("Its template “%(name)s” was deleted.") % {"name": template})


def why_not(schedule: ExportSchedule) -> str:
    """Why its owner's exports must not run any more, without a look at rights and template; empty if they may."""
    if not schedule.owner.is_active:
        return _("%(person)s is no longer active.") % {"person": schedule.owner}
    if schedule.template is None:
        return _("Its template was deleted.")
    return ""
