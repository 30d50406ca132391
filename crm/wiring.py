"""The one map of every coupling: who may call library views, who follows which event."""

from datetime import timedelta
from functools import partial

from django.db.models import Q

from accounts.actors import actor_for
from accounts.apikeys.decoys import decoy_key_delete, decoy_key_mint, decoys_on_former_peppers
from accounts.apikeys.housekeeping import keys_on_former_peppers, purge_api_keys
from accounts.guarding import ACTS, DIRECTORY, FRESHNESS
from accounts.hand_over import purge_hand_overs
from accounts.hand_over import register_kind as register_owned
from accounts.invitations.mails import INVITATION, invitation_left
from accounts.mail_kinds import ACCOUNT_MAILS
from accounts.mfa.rotation import reencrypt_all as reencrypt_factors
from accounts.models import DecoyKey
from accounts.networks_in_use import is_in_use
from accounts.oauth.purging import purge_access_tokens, purge_codes, purge_families, purge_secrets
from auditlog.alerts.actions import register_act, register_freshness
from auditlog.alerts.banning import BAN_ADDRESS
from auditlog.alerts.counting import open_count
from auditlog.alerts.familiar import purge_familiar
from auditlog.alerts.hearing import export_heard
from auditlog.alerts.people import register_directory
from auditlog.alerts.reading import purge_volumes, rows_read
from auditlog.alerts.telling import SECURITY_ALERT
from auditlog.alerts.watching import judge_soon
from auditlog.history import name_origins_with
from auditlog.honeypots.bans import purge_bans
from auditlog.honeypots.canaries import (
    Flock,
    mint_keys_with,
    plant_records_with,
    record_touch,
    register_flock,
)
from auditlog.honeypots.sparing import spare_where
from auditlog.publishing import SEAL, send_seal
from auditlog.purging import purge_expired_events
from auditlog.reading import sensitive_read
from auditlog.security import watch
from auditlog.services import observe, observe_together
from auditlog.tallies import purge_tallies
from auditlog.timeline import events_of
from crm.api.idempotency import purge_answers
from crm.bulk.acts import register_kind as register_bulk
from crm.bulk.api import order_from
from crm.bulk.driving import BULK
from crm.bulk.models import BulkRun
from crm.bulk.services import purge_bulk_runs
from crm.compliance.demo import access_review
from crm.compliance.verifying import check_reviews
from crm.core.access import Access, declare_views
from crm.core.api.bulk import order_acts_with
from crm.core.badges import register_badge
from crm.core.canaries import tell_of_canaries
from crm.core.custom_fields.definitions import load_definitions_with
from crm.core.erasable import remember_erased_with
from crm.core.formats import in_one_line
from crm.core.former_ids import register_former_ids
from crm.core.global_search import register_kind
from crm.core.reading import count_rows_with
from crm.core.sensitive import witness_reading
from crm.core.templatetags.navigation import NOTICES
from crm.core.timeline import CHANGES, register_next_step, register_source
from crm.lists.opening import params_of_view
from crm.lists.purging import purge_views
from crm.lists.registry import register_list
from crm.mailroom.suppressions import bounced
from crm.notices.assignments import assignments_heard
from crm.notices.mail_kinds import NOTICE_MAILS
from crm.notices.mailing import notices_mail
from crm.notices.purging import purge_notifications
from crm.notices.records import register_noticed
from crm.notices.reminding import register_reminders, reminders_make
from crm.notices.runs import runs_heard
from crm.notices.state import unread_count
from crm.ops.backups.erasures import erase_again_with
from crm.ops.backups.working import (
    backup_by_the_clock,
    base_by_the_clock,
    verify_by_the_clock,
    wal_by_the_clock,
)
from crm.ops.hashed import register_hashes
from crm.ops.housekeeping import register_housekeeping
from crm.ops.jobs import DAY, register_job
from crm.ops.purging import register_purge
from crm.ops.reencryption import register_reencryption
from crm.outbox.followers import when_sent
from crm.outbox.mail_kinds import register_mail
from crm.outbox.suppressing import when_bounced
from crm.outbox.transports import register_transport
from crm.privacy.archives import purge_archives
from crm.privacy.reapplying import all_tombstones, erase_again
from crm.privacy.retention import apply_retention
from crm.privacy.tombstones import is_of_erased, note_erased
from crm.privacy.working import work_on_personal_data
from crm.privacy.works import JOB as PERSONAL_DATA
from crm.transfer.actors import resolve_actors_with
from crm.transfer.batches import register_look
from crm.transfer.driving import IMPORTS
from crm.transfer.exports.exporters import register_exporter
from crm.transfer.exports.running import EXPORT, send_export
from crm.transfer.exports.selecting import read_views_with
from crm.transfer.exports.sweeping import exports_pick_up, purge_exports
from crm.transfer.importers import register as register_importer
from crm.transfer.models import Export, ExportSchedule, ImportRun
from crm.transfer.origins import import_origins
from crm.transfer.schedules.delivering import deliver_file
from crm.transfer.schedules.mail_kinds import SCHEDULED_EXPORT, SCHEDULED_EXPORT_FAILED
from crm.transfer.schedules.running import KIND as SCHEDULED_KINDS
from crm.transfer.schedules.running import export_written
from crm.transfer.schedules.sweeping import purge_scheduled_runs, schedules_run
from crm.transfer.undoing import forget_undoing
from crm.web.canaries import plant_drawn
from crm.web.demo.company import demo_shows
from crm.web.searched import SEARCHED
from crm.webhooks.announcing import WEBHOOK, announce
from crm.webhooks.delivering import close_callers, prepare_desk, send_webhook
from crm.webhooks.telling import WEBHOOK_STOPPED
from customers.billing.credit import measure_use_with
from customers.bulk_acts import KINDS as CUSTOMER_BULK
from customers.documents.scanning import scan_pending
from customers.exports import EXPORTERS as CUSTOMER_EXPORTERS
from customers.mail_kinds import MENTION
from customers.matching.scanning import JOB as DUPLICATES
from customers.matching.scanning import find_duplicates, import_ended
from customers.models import Contact, Customer, Lead
from customers.services import canary_remove
from customers.services.bulk import MODELS as BULK_MODELS
from customers.services.bulk import UNDO as BULK_UNDO
from customers.services.custom_fields import definitions
from customers.services.documents import documents_clean_up, documents_expire
from customers.services.merges import former_ids, purge_merges, successor
from customers.timeline import documents_of, notes_of
from customers.transfer import IMPORTERS as CUSTOMER_IMPORTERS
from customers.tree import register_rollup
from customers.views.contacts import ContactList
from customers.views.customers import CustomerList
from customers.views.leads import LeadList
from deals.bulk_acts import KINDS as DEAL_BULK
from deals.credit import open_amount
from deals.exports import EXPORTERS as DEAL_EXPORTERS
from deals.models import Activity, Deal
from deals.models.activity import OPEN
from deals.models.choices import DealStatus
from deals.reminders import REMINDERS
from deals.rollups import open_deals_of
from deals.services.bulk import MOVE, deals_move_undo
from deals.sheets import SHEET
from deals.timeline import activities_of, next_activity_of, stage_changes_of
from deals.transfer import IMPORTERS as DEAL_IMPORTERS
from deals.views.activities import ActivityList
from deals.views.deals import DealList

# What nobody works with, and who tells of it.
FLOCKS = (
    Flock(
        "customer", "Customer", "building",
        lambda actor: Customer.objects.planted(actor).select_related("team"),
        partial(canary_remove, model=Customer),
        about=lambda customer: f"{customer.email} · {customer.team}",
    ),
    Flock(
        "contact", "Contact", "address-book",
        lambda actor: Contact.objects.planted(actor).select_related("customer", "team"),
        partial(canary_remove, model=Contact),
        about=lambda contact: in_one_line(contact.email, contact.customer, contact.team),
    ),
    Flock(
        "key", "API key", "key", lambda actor: DecoyKey.objects.for_actor(actor, "manage"), decoy_key_delete,
        about=lambda key: in_one_line(f"…{key.hint}", key.place),
    ),
)  # fmt: skip

# Records that somebody has to look after; what is closed stays with who closed it.
OWNED = (
    (Customer, Q()),
    (Contact, Q()),
    (Lead, Q(converted_at__isnull=True)),
    (Deal, Q(status=DealStatus.OPEN)),
    (Activity, Q(status__in=OPEN)),
)


# Lists that have views of their own kind, columns and filters.
VIEWED = (CustomerList, ContactList, LeadList, DealList, ActivityList)

# What goes on behind, and ends with a notice to its person.
RUNS = (
    (ImportRun, "transfer:detail", "transfer:imports"),
    (Export, "exports:detail", "exports:list"),
    (ExportSchedule, "exports:schedules_detail", "exports:schedules_list"),
    (BulkRun, "bulk:detail", "bulk:list"),
)

MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=7)
FIVE_MINUTES = timedelta(minutes=5)
PURGES = {
    "hand-overs": purge_hand_overs,
    "OAuth grants": purge_families,
    "authorization codes": purge_codes,
    "access tokens": purge_access_tokens,
    "previous client secrets": purge_secrets,
    "API keys": purge_api_keys,
    "idempotent answers": purge_answers,
    "bans of addresses": purge_bans,
    "audit events": purge_expired_events,
    "undoable merges": purge_merges,
    "known devices and networks": purge_familiar,
    "counts of records read": purge_volumes,
    "audit tallies": purge_tallies,
    "notifications": purge_notifications,
    "exported files": purge_exports,
    "runs of export schedules": purge_scheduled_runs,
    "deleted views": purge_views,
    "bulk changes": purge_bulk_runs,
    "ways back from imports": forget_undoing,
    "archives of personal data": purge_archives,
}

DOCUMENT_JOBS = (
    ("document-scan", MINUTE, scan_pending, "Has new files looked at for malware, where a scanner is set"),
    ("document-expiry", DAY, documents_expire, "Marks verified documents as expired after their last day"),
    ("document-clean-up", DAY, documents_clean_up, "Removes deleted documents past their undo, and files without one"),
)


def wire() -> None:
    """Called once, when the URL configuration loads."""
    declare_views("allauth.socialaccount.providers.", Access(public="the way back from an identity provider"))
    declare_views("allauth.account.", Access(public="signing in, signing out and resetting a password"))
    declare_views("django.contrib.staticfiles.", Access(public="static files"))
    witness_reading(sensitive_read)
    load_definitions_with(definitions)
    name_origins_with(import_origins)
    BULK_MODELS["deal"] = Deal
    BULK_UNDO[MOVE] = deals_move_undo
    resolve_actors_with(actor_for)
    demo_shows(access_review)
    register_reencryption("second factors", reencrypt_factors)
    register_hashes("API keys", "API_KEY_PEPPER", keys_on_former_peppers)
    register_housekeeping()
    for name, purge in PURGES.items():
        register_purge(name, purge)
    for model, still_open in OWNED:
        register_owned(model, still_open)
    for page in VIEWED:
        register_list(page)
    for kind in SEARCHED:
        register_kind(kind)
    wire_timeline()
    wire_mails()
    wire_notices()
    wire_transfer()
    wire_compliance()
    wire_papers()
    wire_one_and_many()
    wire_bulk()
    wire_webhooks()
    wire_security()
    wire_traps()
    wire_backups()


def wire_timeline() -> None:
    register_source(notes_of, kinds=("note",))
    register_source(documents_of, kinds=(CHANGES,))
    register_source(events_of, kinds=(CHANGES,))
    register_source(activities_of, kinds=("call", "email", "meeting", "task"))
    register_source(stage_changes_of, kinds=(CHANGES,))
    register_next_step(next_activity_of)


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


def wire_transfer() -> None:
    """What comes in and goes out as files, and goes on when its process ended; and the seals that go to a bucket."""
    register_transport(SEAL, send_seal)
    register_transport(EXPORT, send_export)
    read_views_with(params_of_view)
    register_transport(IMPORTS.kind, IMPORTS.send)
    register_job("import-pick-up", MINUTE, IMPORTS.pick_up, "Goes on with imports whose process ended")
    register_job("export-pick-up", FIVE_MINUTES, exports_pick_up, "Goes on with exports that were cut", queue="reports")
    when_sent(EXPORT, export_written)
    for kind in SCHEDULED_KINDS.values():
        register_transport(kind, deliver_file)
    register_job("export-schedules", MINUTE, schedules_run, "Runs scheduled exports that are due", queue="reports")
    for importer in (*CUSTOMER_IMPORTERS, *DEAL_IMPORTERS, SHEET):
        register_importer(importer)
    for exporter in (*CUSTOMER_EXPORTERS, *DEAL_EXPORTERS):
        register_exporter(exporter)


def wire_compliance() -> None:
    """What is kept about people, for how long, and whether what was signed off stays so."""
    register_look(note_erased)
    remember_erased_with(is_of_erased)
    register_job("retention", DAY, apply_retention, "Archives, erases or deletes what is past its retention policy")
    register_job("review-check", DAY, check_reviews, "Compares completed access reviews with their digests")
    asked = "Searches, exports and erases people, as asked"
    register_job(PERSONAL_DATA, FIVE_MINUTES, work_on_personal_data, asked, queue="reports", limit=FIVE_MINUTES)


def wire_papers() -> None:
    """What is done with documents by the clock, and what a credit limit is held against."""
    measure_use_with(open_amount)
    for name, every, run, about in DOCUMENT_JOBS:
        register_job(name, every, run, about)


def wire_one_and_many() -> None:
    """Records that are one, and customers that are a group."""
    register_rollup(open_deals_of)
    register_former_ids(successor, former_ids)
    register_job(DUPLICATES, DAY, find_duplicates, "Looks for records that may be the same", queue="reports")
    observe(import_ended)


def wire_bulk() -> None:
    """Acts on many records, from pages and programs."""
    register_transport(BULK.kind, BULK.send)
    register_job("bulk-pick-up", MINUTE, BULK.pick_up, "Goes on with bulk changes whose process ended")
    order_acts_with(order_from)
    for kind in (*CUSTOMER_BULK, *DEAL_BULK):
        register_bulk(kind)


def wire_webhooks() -> None:
    """What is recorded is told to endpoints elsewhere."""
    observe_together(announce)
    register_transport(WEBHOOK, send_webhook, close_callers, prepare_desk, may_repeat=True)


def wire_security() -> None:
    """What leads to alerts, who is told of them, and what can be done about them."""
    watch(judge_soon)
    observe(export_heard)
    count_rows_with(rows_read)
    register_directory(DIRECTORY)
    register_freshness(FRESHNESS)
    register_badge("security:centre", open_count)
    for act in (*ACTS, BAN_ADDRESS):
        register_act(act)


def wire_traps() -> None:
    """What nobody works with, who hears of it, and whom no ban may hit."""
    spare_where(is_in_use)
    tell_of_canaries(record_touch)
    plant_records_with(plant_drawn)
    mint_keys_with(decoy_key_mint)
    register_hashes("decoy keys", "API_KEY_PEPPER", decoys_on_former_peppers)
    for flock in FLOCKS:
        register_flock(flock)


def wire_backups() -> None:
    """What is backed up by the clock, and who erases again whoever a restore brings back."""
    erase_again_with(all_tombstones, erase_again)
    made = "Backs up the database and the files, and removes backups past their time"
    register_job("backup", DAY, backup_by_the_clock, made, queue="backups", limit=6 * HOUR)
    proved = "Restores the newest backup into a scratch database and compares it"
    register_job("backup-verify", WEEK, verify_by_the_clock, proved, queue="backups", limit=6 * HOUR)
    base = "Copies the whole PostgreSQL server, as a base for a point in time"
    register_job("backup-base", WEEK, base_by_the_clock, base, queue="backups", limit=6 * HOUR)
    register_job("wal-shipping", MINUTE, wal_by_the_clock, "Sends PostgreSQL's log to where backups are kept")
