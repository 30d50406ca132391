"""What happens to a request: opened, its records chosen, answered or refused."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from auditlog import writes
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked, save_changes
from crm.core.errors import Conflict, invalid_field
from crm.privacy.models import RequestState, SubjectRequest
from crm.privacy.subjects import KINDS, chosen

References = Iterable[Iterable[str]]


@transaction.atomic
def request_open(actor: Actor, *, subjects: References = (), **values: Any) -> SubjectRequest:
    """Due in a month. Raises Forbidden, Invalid, NotFound for a record out of reach."""
    request = SubjectRequest(subjects=_known(actor, subjects))
    if values.get("received_at") and values["received_at"] > timezone.now():
        raise invalid_field("received_at", "Nobody can have asked in the future.", "in_the_future")
    return writes.create(actor, request, values)


@transaction.atomic
def request_choose(actor: Actor, pk: UUID | str, *, subjects: References, version: int | None = None) -> SubjectRequest:
    """Says which records are this person. Raises NotFound, Forbidden, Stale, Conflict (`request_closed`)."""
    request = _open(actor, pk, version)
    before, request.subjects = request.subjects, _known(actor, subjects)
    save_changes(request, {"subjects"})
    record(actor, "subject_requests.updated", request, {"subjects": (_ids(before), _ids(request.subjects))})
    return request


@transaction.atomic
def request_refuse(actor: Actor, pk: UUID | str, *, reason: str, version: int | None = None) -> SubjectRequest:
    """Raises NotFound, Forbidden, Stale, Invalid, Conflict (`request_closed`)."""
    request = _open(actor, pk, version)
    if not reason.strip():
        raise invalid_field("reason", "The person is owed a reason.", "required")
    return request_close(actor, request, RequestState.REFUSED, reason.strip())


@transaction.atomic
def request_complete(actor: Actor, pk: UUID | str, *, version: int | None = None) -> SubjectRequest:
    """The answer was handed over. An erasure completes itself. Raises NotFound, Forbidden, Stale, Conflict."""
    request = _open(actor, pk, version)
    if request.kind != "access":
        raise Conflict("An erasure is done by erasing.", code="erase_instead")
    return request_close(actor, request, RequestState.DONE)


def request_close(actor: Actor, request: SubjectRequest, state: RequestState, reason: str = "") -> SubjectRequest:
    """For a request that is open and locked."""
    request.state, request.reason, request.closed_at = state, reason, timezone.now()
    save_changes(request, {"state", "reason", "closed_at"})
    record(actor, f"subject_requests.{state}", request, {"state": (RequestState.OPEN, state), "reason": ("", reason)})
    return request


def _open(actor: Actor, pk: UUID | str, version: int | None) -> SubjectRequest:
    request = fetch_locked(SubjectRequest, actor, "write", pk, version)
    if not request.is_open:
        raise Conflict("This request was answered before.", code="request_closed")
    return request


def _known(actor: Actor, subjects: References) -> list[list[str]]:
    pairs = [[str(part) for part in reference] for reference in subjects]
    if any(len(pair) != 2 or pair[0] not in KINDS for pair in pairs):
        raise invalid_field("subjects", 'Pairs such as ["contact", id].', "invalid")
    chosen(actor, pairs)
    return pairs


def _ids(references: References) -> list[str]:
    return [":".join(reference) for reference in references]
