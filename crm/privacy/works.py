"""Work on a request that no page waits for: started here, done by a job (crm.privacy.working)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from auditlog.models import LegalHold
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked
from crm.core.errors import Conflict, NotFound
from crm.ops.job_services import run_soon
from crm.privacy.erasing import ensure_open_erasure
from crm.privacy.models import SubjectRequest, SubjectWork, WorkKind, WorkState
from crm.privacy.subjects import chosen, kind_of

JOB = "personal-data"
VERB = {WorkKind.SEARCH: "write", WorkKind.EXPORT: "export", WorkKind.ERASE: "write"}
# What a search found is shown, and read on from, for so long.
HOLDS_FOR = timedelta(days=1)


@transaction.atomic
def work_start(actor: Actor, pk: UUID | str, kind: WorkKind) -> SubjectWork:
    """One that runs already is answered again. Raises NotFound, Forbidden, Conflict (`request_closed`,
    `nobody_chosen`, `legal_hold`, `still_active`)."""
    request = fetch_locked(SubjectRequest, actor, "read", pk)
    ensure_may(actor, f"privacy:{VERB[kind]}", request)
    running = request.works.filter(kind=kind, started_by=actor.id, finished_at__isnull=True).first()
    if running is not None:
        return running
    _ensure_startable(actor, request, kind)
    work = SubjectWork(request=request, kind=kind, subjects=request.subjects)
    work.started_by_id = actor.id  # type: ignore[assignment]  # only people start one
    if kind == WorkKind.ERASE and (search := latest_search(request)):
        for name in ("reading_since", "position", "events_read", "event_ids"):
            setattr(work, name, getattr(search, name))
    work.save(force_insert=True)
    record(actor, f"subject_requests.{kind}_started", request)
    run_soon(JOB)
    return work


def _ensure_startable(actor: Actor, request: SubjectRequest, kind: WorkKind) -> None:
    """What is known at once need not wait for the job; the job asks again."""
    if kind != WorkKind.EXPORT:
        ensure_open_erasure(request)
    subjects = chosen(actor, request.subjects, VERB[kind])
    if not subjects:
        raise Conflict("Choose first which records are this person.", code="nobody_chosen")
    if kind == WorkKind.ERASE:
        _ensure_erasable(subjects)


def _ensure_erasable(subjects: list[Any]) -> None:
    if any(isinstance(one, User) and one.is_active for one in subjects):
        message = "This colleague still works here. Deactivate them first, and hand over what they own."
        raise Conflict(message, code="still_active")
    rows = {(kind_of(one), str(one.pk)) for one in subjects}
    active = LegalHold.objects.filter(released_at__isnull=True, object_id__in=[pk for _kind, pk in rows])
    if holds := [hold for hold in active if (hold.object_type, hold.object_id) in rows]:
        raise Conflict(f"A legal hold keeps this: {holds[0]} ({holds[0].reason}).", code="legal_hold")


def latest(request: SubjectRequest, kind: WorkKind, **more: Any) -> SubjectWork | None:
    """The newest one about the records that are chosen now."""
    works = request.works.filter(kind=kind, **more).order_by("-created_at")
    return next((one for one in works[:5] if one.subjects == request.subjects), None)


def latest_search(request: SubjectRequest) -> SubjectWork | None:
    """One that ended well, and lately."""
    since = timezone.now() - HOLDS_FOR
    return latest(request, WorkKind.SEARCH, state=WorkState.DONE, finished_at__gte=since)


@transaction.atomic
def archive_take(actor: Actor, pk: UUID | str) -> SubjectWork:
    """The archive that the actor made, to be downloaded; others have another reach. Raises NotFound, Forbidden."""
    request = fetch_locked(SubjectRequest, actor, "read", pk)
    ensure_may(actor, "privacy:export", request)
    work = latest(request, WorkKind.EXPORT, state=WorkState.DONE, started_by=actor.id)
    if work is None or not work.file or not work.file.storage.exists(str(work.file.name)):
        raise NotFound("There is no archive, or it was removed after a week. Export again.")
    record(actor, "privacy.downloaded", request)
    return work
