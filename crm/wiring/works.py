"""What goes on behind: files in and out, acts on many records, purges, backups."""

from accounts.apikeys.housekeeping import keys_on_former_peppers, purge_api_keys
from accounts.hand_over import purge_hand_overs
from accounts.mfa.rotation import reencrypt_all as reencrypt_factors
from accounts.oauth.purging import purge_access_tokens, purge_codes, purge_families, purge_secrets
from auditlog.alerts.familiar import purge_familiar
from auditlog.alerts.reading import purge_volumes
from auditlog.history import name_origins_with
from auditlog.honeypots.bans import purge_bans
from auditlog.publishing import SEAL, send_seal
from auditlog.purging import purge_expired_events
from auditlog.tallies import purge_tallies
from crm.api.idempotency import purge_answers
from crm.bulk.acts import register_kind as register_bulk
from crm.bulk.api import order_from
from crm.bulk.driving import BULK
from crm.bulk.services import purge_bulk_runs
from crm.capture.purging import purge_submissions
from crm.core.api.bulk import order_acts_with
from crm.intake.pulling import purge_received
from crm.lists.opening import params_of_view
from crm.lists.purging import purge_views
from crm.notices.purging import purge_notifications
from crm.ops.backups.erasures import erase_again_with
from crm.ops.backups.working import (
    backup_by_the_clock,
    base_by_the_clock,
    verify_by_the_clock,
    wal_by_the_clock,
)
from crm.ops.hashed import register_hashes
from crm.ops.housekeeping import register_housekeeping
from crm.ops.jobs import DAY, FIVE_MINUTES, HOUR, MINUTE, WEEK, register_job
from crm.ops.purging import register_purge
from crm.ops.reencryption import register_reencryption
from crm.outbox.followers import when_sent
from crm.outbox.transports import register_transport
from crm.privacy.archives import purge_archives
from crm.privacy.reapplying import all_tombstones, erase_again
from crm.transfer.driving import IMPORTS
from crm.transfer.exports.exporters import register_exporter
from crm.transfer.exports.running import EXPORT, send_export
from crm.transfer.exports.selecting import read_views_with
from crm.transfer.exports.sweeping import exports_pick_up, purge_exports
from crm.transfer.importers import register as register_importer
from crm.transfer.origins import import_origins
from crm.transfer.schedules.delivering import deliver_file
from crm.transfer.schedules.running import KIND as SCHEDULED_KINDS
from crm.transfer.schedules.running import export_written
from crm.transfer.schedules.sweeping import purge_scheduled_runs, schedules_run
from crm.transfer.undoing import forget_undoing
from customers.bulk_acts import KINDS as CUSTOMER_BULK
from customers.exports import EXPORTERS as CUSTOMER_EXPORTERS
from customers.services.bulk import MODELS as BULK_MODELS
from customers.services.bulk import UNDO as BULK_UNDO
from customers.services.merges import purge_merges
from customers.transfer import IMPORTERS as CUSTOMER_IMPORTERS
from deals.bulk_acts import KINDS as DEAL_BULK
from deals.exports import EXPORTERS as DEAL_EXPORTERS
from deals.models import Deal
from deals.services.bulk import MOVE, deals_move_undo
from deals.sheets import SHEET
from deals.transfer import IMPORTERS as DEAL_IMPORTERS

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
    "submissions of lead sources": purge_submissions,
    "notifications": purge_notifications,
    "exported files": purge_exports,
    "runs of export schedules": purge_scheduled_runs,
    "deleted views": purge_views,
    "bulk changes": purge_bulk_runs,
    "ways back from imports": forget_undoing,
    "messages that were looked at": purge_received,
    "archives of personal data": purge_archives,
}


def wire_housekeeping() -> None:
    """What is forgotten by the clock, and what moves to a newer key."""
    register_reencryption("second factors", reencrypt_factors)
    register_hashes("API keys", "API_KEY_PEPPER", keys_on_former_peppers)
    register_housekeeping()
    for name, purge in PURGES.items():
        register_purge(name, purge)


def wire_transfer() -> None:
    """What comes in and goes out as files, and goes on when its process ended; and the seals that go to a bucket."""
    register_transport(SEAL, send_seal)
    register_transport(EXPORT, send_export)
    read_views_with(params_of_view)
    name_origins_with(import_origins)
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


def wire_bulk() -> None:
    """Acts on many records, from pages and programs."""
    BULK_MODELS["deal"] = Deal
    BULK_UNDO[MOVE] = deals_move_undo
    register_transport(BULK.kind, BULK.send)
    register_job("bulk-pick-up", MINUTE, BULK.pick_up, "Goes on with bulk changes whose process ended")
    order_acts_with(order_from)
    for kind in (*CUSTOMER_BULK, *DEAL_BULK):
        register_bulk(kind)


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
