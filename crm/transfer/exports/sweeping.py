"""What is past its time: files, what a killed process left, and exports that nobody works on any more."""

import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from auditlog.services import record
from crm.core.actor import Actor
from crm.transfer.exports.models import Export, ExportState
from crm.transfer.exports.running import MOST_ATTEMPTS, OPEN, partial_directory
from crm.transfer.exports.services import export_later

LISTED = timedelta(days=90)
ABANDONED = timedelta(days=1)
BEHIND = timedelta(minutes=10)
SWEEPER = Actor.system("exports")


def purge_exports(at: datetime) -> int:
    """Removes files past their time, then rows long past it, and partial files that nobody writes."""
    count = sum(_expire(export) for export in Export.objects.filter(state=ExportState.DONE, expires_at__lte=at))
    _sweep_partial_files(at)
    long_past = Export.objects.exclude(state__in=OPEN).filter(created_at__lte=at - LISTED, file="")
    return count + long_past.delete()[0]


@transaction.atomic
def _expire(export: Export, actor: Actor = SWEEPER) -> int:
    storage, name = export.file.storage, str(export.file.name)
    record(actor, "exports.expired", export)
    mine = Export.objects.filter(pk=export.pk, state=ExportState.DONE)
    done = mine.update(state=ExportState.EXPIRED, file="")
    transaction.on_commit(lambda: storage.delete(name))
    return done


def ready_files(resources: Collection[str]) -> list[Export]:
    return list(Export.objects.filter(state=ExportState.DONE, resource__in=resources))


def exports_withdraw(actor: Actor, exports: Iterable[Export]) -> None:
    """Removes files before their time, in the caller's transaction: they hold what must not be kept."""
    for export in exports:
        _expire(export, actor)


def _sweep_partial_files(at: datetime) -> None:
    oldest = min(at.timestamp(), time.time()) - ABANDONED.total_seconds()
    for path in partial_directory().glob("*.partial"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def exports_pick_up(actor: Actor, at: datetime) -> str:
    """A job: what was cut in the middle is written again, a few times; what was never begun, too."""
    is_left = Q(leased_until__lte=at) | Q(leased_until__isnull=True, updated_at__lte=at - BEHIND)
    left = list(Export.objects.filter(is_left, state__in=OPEN))
    for export in left:
        _pick_up(actor, export)
    return f"{len(left)} picked up"


@transaction.atomic
def _pick_up(actor: Actor, export: Export) -> None:
    mine = Export.objects.filter(pk=export.pk, state__in=OPEN)
    if export.attempts >= MOST_ATTEMPTS:
        mine.update(state=ExportState.FAILED, fault="Its process ended each time it was written.", lease=None)
        record(actor, "exports.given_up", export)
    else:
        export_later(export)
        record(actor, "exports.picked_up", export)
