"""Who is told of what happens: mails, notices, endpoints elsewhere."""

from accounts.invitations.mails import INVITATION, invitation_left
from accounts.mail_kinds import ACCOUNT_MAILS
from auditlog.alerts.telling import SECURITY_ALERT
from auditlog.services import observe, observe_together
from crm.bulk.models import BulkRun
from crm.core.badges import register_badge
from crm.core.templatetags.navigation import NOTICES
from crm.core.timeline import register_source
from crm.intake.probing import probes_send
from crm.intake.pulling import mailboxes_pull
from crm.intake.standing import any_needs_a_look
from crm.intake.timeline import letters_of
from crm.mailroom.suppressions import bounced
from crm.notices.assignments import assignments_heard
from crm.notices.mail_kinds import NOTICE_MAILS
from crm.notices.mailing import notices_mail
from crm.notices.records import register_noticed
from crm.notices.reminding import register_reminders, reminders_make
from crm.notices.runs import runs_heard
from crm.notices.state import unread_count
from crm.ops.jobs import HOUR, MINUTE, register_job
from crm.ops.states import register_check
from crm.outbox.followers import when_sent
from crm.outbox.mail_kinds import register_mail
from crm.outbox.suppressing import when_bounced
from crm.outbox.transports import register_transport
from crm.transfer.models import Export, ExportSchedule, ImportRun
from crm.transfer.schedules.mail_kinds import SCHEDULED_EXPORT, SCHEDULED_EXPORT_FAILED
from crm.webhooks.announcing import WEBHOOK, announce
from crm.webhooks.delivering import close_callers, prepare_desk, send_webhook
from crm.webhooks.telling import WEBHOOK_STOPPED
from customers.mail_kinds import MENTION
from customers.models import Contact, Customer, Lead
from deals.models import Activity, Deal
from deals.reminders import REMINDERS

# What goes on behind, and ends with a notice to its person.
RUNS = (
    (ImportRun, "transfer:detail", "transfer:imports"),
    (Export, "exports:detail", "exports:list"),
    (ExportSchedule, "exports:schedules_detail", "exports:schedules_list"),
    (BulkRun, "bulk:detail", "bulk:list"),
)


def wire_mails() -> None:
    when_sent(INVITATION, invitation_left)
    register_mail(*ACCOUNT_MAILS, SECURITY_ALERT, MENTION, SCHEDULED_EXPORT, SCHEDULED_EXPORT_FAILED)
    register_mail(WEBHOOK_STOPPED)
    when_bounced(bounced)


def wire_notices() -> None:
    """What people are told, of which records, and by which clock."""
    for model, word in ((Customer, "customers"), (Contact, "contacts"), (Lead, "leads"), (Deal, "deals")):
        register_noticed(model, f"{word}:detail", f"{word}:list")
    register_noticed(Activity, "activities:detail", "activities:list")
    for run, detail, listing in RUNS:
        register_noticed(run, detail, listing, is_assigned=False)
    observe_together(assignments_heard)
    observe(runs_heard)
    register_badge(NOTICES, unread_count)
    register_mail(*NOTICE_MAILS)
    register_reminders(*REMINDERS)
    register_job("notice-reminders", MINUTE, reminders_make, "Reminds people of what is due, overdue or waits")
    register_job("notice-mails", MINUTE, notices_mail, "Mails what people were told, and their daily summaries")


def wire_intake() -> None:
    """What comes in by mail, and the proof that it does."""
    register_source(letters_of, kinds=("email",))
    register_check("mail_intake", any_needs_a_look)
    read = "Reads mailboxes: bounces, complaints, and mails that belong on records"
    register_job("mail-intake", MINUTE, mailboxes_pull, read, queue="reports")
    register_job("mail-proof", HOUR, probes_send, "Sends mailboxes a mail that has to come through", queue="reports")


def wire_webhooks() -> None:
    """What is recorded is told to endpoints elsewhere."""
    observe_together(announce)
    register_transport(WEBHOOK, send_webhook, close_callers, prepare_desk, may_repeat=True)
