"""The job that does what was started about requests: by slices, each of which is kept, so that a crash loses little.

Reading the texts of the trail takes a minute or more on ten million events. It needs no lock, since events do not
change; its place is kept after each chunk. Whatever may change is looked for at the end, where it is erased.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from tempfile import TemporaryFile
from time import monotonic
from uuid import UUID

import structlog
from django.core.files import File
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.actors import actor_for
from crm.core.actor import Actor, Origin
from crm.core.errors import Conflict, CrmError
from crm.core.ids import first_of, uuid7
from crm.ops.job_services import run_soon
from crm.privacy.erasing import Plan, plan_for, subject_erase
from crm.privacy.exporting import subject_export
from crm.privacy.models import Erasure, SubjectWork, WorkKind, WorkState, kept_at
from crm.privacy.subjects import chosen, identifiers_of
from crm.privacy.trail import Read, read_on
from crm.privacy.works import JOB, VERB

CHUNK = 20_000
SLICE = 20.0  # seconds, after which other jobs have their turn
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 3
SAMPLES = 50
# A transaction may show an event that is older than what was read before it; none takes so long.
MARGIN = timedelta(hours=1)
STOPPED = "It did not come to its end in several tries. Start it again; if that fails, the log says why."

log = structlog.get_logger("vouch.privacy")


class LostLease(Exception):
    """Somebody else goes on with it."""


def work_on_personal_data(actor: Actor, at: datetime) -> str:
    """Goes on with what is open, the oldest first, for about SLICE seconds."""
    until, done = monotonic() + SLICE, 0
    while monotonic() < until and (work := _take()):
        _go_on(work, until)
        done += 1
    if SubjectWork.objects.filter(_free(timezone.now())).exists():
        run_soon(JOB)
    return f"worked on {done}"


def _free(now: datetime) -> Q:
    return Q(finished_at__isnull=True) & (Q(leased_until__isnull=True) | Q(leased_until__lt=now))


def _take() -> SubjectWork | None:
    now = timezone.now()
    for pk in SubjectWork.objects.filter(_free(now)).order_by("created_at").values_list("pk", flat=True)[:10]:
        mine = {"lease": uuid7(), "leased_until": now + LEASE, "state": WorkState.RUNNING}
        if SubjectWork.objects.filter(_free(now), pk=pk).update(**mine, attempts=F("attempts") + 1):
            return SubjectWork.objects.select_related("request", "started_by__role").get(pk=pk)
    return None


def _go_on(work: SubjectWork, until: float) -> None:
    """Whatever goes wrong is kept in words at the work, and tried again where that may help."""
    try:
        if work.attempts > MOST_ATTEMPTS:
            raise Conflict(STOPPED, code="work_stopped")
        ACTS[WorkKind(work.kind)](work, _actor_of(work), until)
    except CrmError as refusal:
        _end(work, WorkState.FAILED, code=refusal.code, fault=refusal.message)
    except LostLease:
        log.warning("personal_data_lease_lost", work=str(work.pk))
    except Exception:
        log.exception("personal_data_work_failed", work=str(work.pk))
        _mine(work).update(lease=None, leased_until=None)


def _actor_of(work: SubjectWork) -> Actor:
    """Who started it, with what they may do now; the trace id finds all that came of it."""
    scopes = ("privacy:read", f"privacy:{VERB[WorkKind(work.kind)]}")
    return actor_for(
        work.started_by,
        door="job",
        credential="none",
        scopes=scopes,
        origin=Origin(trace_id=f"personal-data-{work.pk}"),
    )


def _mine(work: SubjectWork) -> "QuerySet[SubjectWork]":
    return SubjectWork.objects.filter(pk=work.pk, lease=work.lease)


def _keep(work: SubjectWork, **values: object) -> None:
    """Progress: whoever goes on after a crash begins here. Raises LostLease."""
    kept = {**values, "attempts": 0, "leased_until": timezone.now() + LEASE, "updated_at": timezone.now()}
    if not _mine(work).update(**kept):
        raise LostLease()


def _end(work: SubjectWork, state: WorkState, **values: object) -> None:
    ended = {"state": state, "finished_at": timezone.now(), "lease": None, "leased_until": None}
    _mine(work).update(**ended, **values)


def _search(work: SubjectWork, actor: Actor, until: float) -> None:
    if not _read_trail(work, actor, until):
        return
    request = work.request
    plan = plan_for(chosen(actor, work.subjects, "write"), request, _read(work))
    found = {"counts": plan.counts(), "samples": _samples(plan), "holds": [str(one.pk) for one in plan.holds()]}
    _end(work, WorkState.DONE, **found)


def _erase(work: SubjectWork, actor: Actor, until: float) -> None:
    """That it was done before a crash is told by the certificate."""
    if Erasure.objects.filter(request=work.request_id).exists():
        return _end(work, WorkState.DONE)
    if _read_trail(work, actor, until):
        erasure = subject_erase(actor, work.request_id, _read(work))
        _end(work, WorkState.DONE, counts=erasure.counts)
    return None


def _export(work: SubjectWork, actor: Actor, until: float) -> None:
    """Written beside, and put in its place once it is whole; after a crash it starts over."""
    size, next_note = 0, monotonic() + 1
    with TemporaryFile() as archive:
        for piece in subject_export(actor, work.request_id):
            size += archive.write(piece)
            if monotonic() > next_note:
                _keep(work, file_size=size)
                next_note = monotonic() + 1
        archive.seek(0)
        _put(work, File(archive), size)


@transaction.atomic
def _put(work: SubjectWork, archive: "File[bytes]", size: int) -> None:
    """Raises LostLease, and then keeps nothing."""
    _keep(work)
    storage, name = work.file.storage, kept_at(work, "")
    storage.delete(name)  # what a crash left behind
    _end(work, WorkState.DONE, file=storage.save(name, archive), file_size=size)


def _read_trail(work: SubjectWork, actor: Actor, until: float) -> bool:
    """True when all of it was read; else its turn is over."""
    found = identifiers_of(chosen(actor, work.subjects, "write"))
    while found:
        ids, end, number = read_on(found, work.position, CHUNK)
        work.position, work.events_read = end or work.position, work.events_read + number
        work.event_ids = [*work.event_ids, *map(str, ids)]
        names = ("position", "events_read", "event_ids")
        _keep(work, **{name: getattr(work, name) for name in names})
        if number < CHUNK:
            return True
        if monotonic() > until:
            _mine(work).update(lease=None, leased_until=None)
            return False
    return True


def _read(work: SubjectWork) -> Read:
    return Read(frozenset(map(UUID, work.event_ids)), first_of(work.reading_since - MARGIN))


def _samples(plan: Plan) -> list[list[object]]:
    """Of the first texts that change, where they are: never the texts themselves."""
    changing = (trace for trace in plan.traces if not trace.goes)
    return [[one.model._meta.label, str(one.pk), one.is_close] for one in islice(changing, SAMPLES)]


ACTS: dict[WorkKind, Callable[[SubjectWork, Actor, float], None]] = {
    WorkKind.SEARCH: _search,
    WorkKind.EXPORT: _export,
    WorkKind.ERASE: _erase,
}
