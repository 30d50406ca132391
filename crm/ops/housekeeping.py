"""The tasks of the house itself; each says in words what it did."""

from datetime import datetime, timedelta

from auditlog import bucket
from auditlog.alerts.scanning import scan
from auditlog.anchoring import publish_missing
from auditlog.checking import check_trail
from auditlog.purging import purge_events
from auditlog.sealing import seal_pending
from auditlog.services import record
from crm.core.actor import Actor
from crm.ops.jobs import DAY, SEALS, register_job
from crm.ops.keys import LONGEST_LIFE, ages, too_old
from crm.ops.models import JobRun
from crm.ops.purging import delete_in_batches, purge_all
from crm.outbox.models import FINISHED, Delivery

KEPT = timedelta(days=30)


class NotAllDone(Exception):
    """Says what is left to look at."""


def seal_audit(actor: Actor, at: datetime) -> str:
    seals = seal_pending()
    return f"{sum(seal.n for seal in seals)} events sealed"


def check_audit(actor: Actor, at: datetime) -> str:
    check = check_trail(actor, at)
    if check.findings:
        raise NotAllDone(f"{check}. The first: {check.first}. See docs/audit.md.")
    return str(check)


def publish_seals(actor: Actor, at: datetime) -> str:
    return f"{publish_missing(at)} seals on their way" if bucket.is_set() else "No bucket is set"


def purge_audit(actor: Actor, at: datetime) -> str:
    return f"{purge_events(actor, at)} events past their time removed"


def purge_expired(actor: Actor, at: datetime) -> str:
    """One event for all that went; parts that keep a trail of their own have theirs beside it."""
    done = dict(purge_all(at))
    went = {name: (number, 0) for name, number in done.items() if number}
    if went:
        record(actor, "purge.expired", None, went)
    if failed := [name for name, number in done.items() if number is None]:
        raise NotAllDone(f"Not purged: {', '.join(failed)}. The log says why.")
    return ", ".join(f"{name}: {before}" for name, (before, _after) in went.items()) or "Nothing had expired"


def scan_anomalies(actor: Actor, at: datetime) -> str:
    return f"{scan(at)} security events judged"


def check_keys(actor: Actor, at: datetime) -> str:
    found = ages(at)
    if old := too_old(found):
        raise NotAllDone(f"Older than {LONGEST_LIFE.days} days: {', '.join(old)}. See docs/keys.md.")
    return f"The oldest is {max(found.values()).days} days old"


def clean_deliveries(actor: Actor, at: datetime) -> str:
    """What was sent says nothing after a month; what failed has been seen or given up by then."""
    over = Delivery.objects.filter(state__in=FINISHED, finished_at__lt=at - KEPT)
    number = delete_in_batches(over)
    if number:
        record(actor, "deliveries.cleaned_up", None, {"deliveries": (number, 0)})
    return f"{number} deliveries removed"


def clean_job_runs(actor: Actor, at: datetime) -> str:
    return f"{delete_in_batches(JobRun.objects.filter(finished_at__lt=at - KEPT))} runs removed"


def register_housekeeping() -> None:
    """Called by crm.wiring."""
    minute = timedelta(minutes=1)
    sealed = "Seals what was recorded, so that a later change shows"
    register_job("audit-seals", minute, seal_audit, sealed, queue=SEALS)
    register_job(
        "audit-check",
        DAY,
        check_audit,
        "Verifies what was sealed since the last good check; everything once a week",
        limit=timedelta(hours=2),
        queue="reports",
    )
    register_job(
        "audit-publish",
        DAY,
        publish_seals,
        "Compares the seals with those in the bucket, and sends what is missing there",
    )
    register_job("audit-retention", DAY, purge_audit, "Removes audit events past their time; legal holds are kept")
    register_job(
        "purge-expired", DAY, purge_expired, "Forgets expired tokens, codes and answers; switches off idle API keys"
    )
    register_job("anomaly-scan", 5 * minute, scan_anomalies, "Looks at security events for what is unusual")
    register_job("key-age", DAY, check_keys, "Says when it is time for new keys")
    register_job("delivery-clean-up", DAY, clean_deliveries, "Removes sent and failed deliveries after 30 days")
    register_job("job-run-clean-up", DAY, clean_job_runs, "Removes the records of job runs after 30 days")
