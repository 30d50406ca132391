"""Erases a person: found first, so that a preview tells exactly what will happen, then done in one transaction."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from auditlog.models import LegalHold
from auditlog.sealing import seal_pending
from auditlog.services import record, record_many
from auditlog.writes import event_word
from crm.core.actor import Actor
from crm.core.changes import fetch_locked
from crm.core.commitments import Committed
from crm.core.documents import digest_of
from crm.core.errors import Conflict
from crm.core.relations import label_of, links_to
from crm.privacy import traces, trail
from crm.privacy.archives import archives_remove
from crm.privacy.certificates import content_of
from crm.privacy.files import sweep_after
from crm.privacy.identifiers import ERASED, Identifiers
from crm.privacy.models import ErasedHash, Erasure, RequestState, SubjectRequest
from crm.privacy.personal import blank
from crm.privacy.relations import Linked, linked_to
from crm.privacy.services import request_close
from crm.privacy.subjects import KINDS, chosen, identifiers_of, kind_of
from crm.privacy.tombstones import hashes_of, publish
from crm.transfer.exports.sweeping import exports_withdraw
from crm.transfer.models import Export, ImportRun, ImportState
from deals.models import Deal

TRIES = 3
# What a colleague's account leaves behind for others; every other row that would go with it goes.
LEFT_BEHIND = {"accounts.HandOver.person", "accounts.Application.user"}
FILE_GONE = "The file held data of a person who was erased, and was removed."


@dataclass(frozen=True)
class Plan:
    """All that an erasure touches. `subjects` keep their values until it is applied."""

    subjects: list[Any]
    found: Identifiers
    linked: Linked
    traces: list[traces.Trace]
    credentials: list[models.QuerySet[Any]]
    events: list[Any]
    security_events: list[Any]
    answers: list[Any]
    files: list[ImportRun]
    exports: list[Export]
    requests: list[SubjectRequest]

    def counts(self) -> dict[str, int]:
        """Rows by kind, as the certificate has them."""
        counted: Counter[str] = Counter(str(one._meta.label_lower) for one in (*self.subjects, *self.requests))
        counted.update(str(trace.model._meta.label_lower) for trace in self.traces)
        for rows in self.credentials:
            counted[str(rows.model._meta.label_lower)] += rows.count()
        counted["auditlog.auditevent"] += len(self.events)
        counted["auditlog.securityevent"] += len(self.security_events)
        counted["api.storedanswer"] += len(self.answers)
        counted["transfer.files"] += len(self.files) + len(self.exports)
        return {name: number for name, number in sorted(counted.items()) if number}

    def holds(self) -> list[LegalHold]:
        """What forbids it."""
        rows = [(kind_of(one), str(one.pk)) for one in self.subjects]
        rows += [(str(trace.model._meta.model_name), str(trace.pk)) for trace in self.traces]
        active = LegalHold.objects.filter(released_at__isnull=True)
        return [hold for hold in active if (hold.object_type, hold.object_id) in rows]


def open_deals_of(subjects: list[Any]) -> list[Deal]:
    """What is still going on with the person; a warning, no obstacle."""
    contacts = [one.pk for one in subjects if kind_of(one) == "contact"]
    customers = [one.pk for one in subjects if kind_of(one) == "customer"]
    mine = Q(deal_contacts__contact__in=contacts) | Q(customer__in=customers)
    return list(Deal.objects.filter(mine, status="open", archived_at__isnull=True).distinct().order_by("name"))


def plan_for(subjects: list[Any], request: SubjectRequest | None = None, read: trail.Read | None = None) -> Plan:
    """Finds everything, changes nothing. `read` says what of the trail was read before."""
    found, linked = identifiers_of(subjects), linked_to(subjects)
    requests = _requests_about(subjects, request)
    theirs = {one.pk for one in requests}
    named = [one for one in traces.traces(subjects, linked, found) if one.pk not in theirs]
    credentials = [rows for one in subjects if isinstance(one, User) for rows in _credentials(one)]
    gone = {(rows.model, pk) for rows in credentials for pk in rows.values_list("pk", flat=True)}
    return Plan(
        subjects,
        found,
        linked,
        [one for one in named if (one.model, one.pk) not in gone],
        credentials,
        trail.events_of([*subjects, *requests], linked, found, read),
        trail.security_events_of(subjects, found),
        traces.answers(found),
        traces.files_naming(found),
        traces.exports_holding(subjects),
        requests,
    )


def _requests_about(subjects: list[Any], request: SubjectRequest | None) -> list[SubjectRequest]:
    """The request itself, and earlier ones of the same person."""
    wanted = {str(one.pk) for one in subjects}
    rows = SubjectRequest.objects.exclude(person=ERASED).order_by("pk")
    return [one for one in rows if one == request or wanted & {pk for _kind, pk in one.subjects}]


def _credentials(user: User) -> list[models.QuerySet[Any]]:
    owned = (one for one in links_to(User) if one.remote_field.on_delete is models.CASCADE)
    return [one.model._base_manager.filter(**{one.name: user.pk}) for one in owned if label_of(one) not in LEFT_BEHIND]


def subject_erase(actor: Actor, pk: UUID | str, read: trail.Read | None = None) -> Erasure:
    """Erases the people of a request, and closes it; takes as long as finding them (crm.privacy.working).

    Raises NotFound, Forbidden, Conflict (`request_closed`, `nobody_chosen`, `legal_hold`, `still_active`,
    `not_sealed_yet`). What waits for its seal is sealed first, in transactions of its own.
    """
    for tries_left in reversed(range(TRIES)):
        seal_pending()
        try:
            return _erase_request(actor, pk, read)
        except Conflict as refusal:
            if refusal.code != "not_sealed_yet" or not tries_left:
                raise
    raise AssertionError("the last try answers or raises")


@transaction.atomic
def _erase_request(actor: Actor, pk: UUID | str, read: trail.Read | None) -> Erasure:
    request = fetch_locked(SubjectRequest, actor, "write", pk)
    ensure_open_erasure(request)
    return erase_subjects(actor, _locked(chosen(actor, request.subjects, "write")), request, read)


def ensure_open_erasure(request: SubjectRequest) -> None:
    if not request.is_open or request.kind != "erasure":
        raise Conflict("This is no open request for erasure.", code="request_closed")
    if not request.subjects:
        raise Conflict("Choose first which records are this person.", code="nobody_chosen")


def erase_subjects(
    actor: Actor, subjects: list[Any], request: SubjectRequest | None, read: trail.Read | None = None
) -> Erasure:
    """In the caller's transaction, the subjects locked by it."""
    plan = plan_for(subjects, request, read)
    ensure_erasable(plan)
    counts, hashes = plan.counts(), hashes_of(subjects, plan.found)
    _apply(actor, plan)
    erasure = Erasure(request=request, by_label=actor.label, counts=counts)
    erasure.digest = digest_of(content_of(erasure))
    erasure.save(force_insert=True)
    ErasedHash.objects.bulk_create(ErasedHash(erasure=erasure, hash=one) for one in hashes)
    for subject in subjects:
        record(actor, f"{event_word(subject)}.erased", subject)
    if request is not None:
        request.refresh_from_db()
        request_close(actor, request, RequestState.DONE)
    record(actor, "privacy.erased", erasure, {name: (None, number) for name, number in counts.items()})
    transaction.on_commit(lambda: publish(erasure))
    return erasure


def ensure_erasable(plan: Plan) -> None:
    if holds := plan.holds():
        named = ", ".join(f"{hold} ({hold.reason})" for hold in holds)
        raise Conflict(f"A legal hold keeps this: {named}.", code="legal_hold")
    if any(isinstance(one, User) and one.is_active for one in plan.subjects):
        message = "This colleague still works here. Deactivate them first, and hand over what they own."
        raise Conflict(message, code="still_active")


def _locked(subjects: list[Any]) -> list[Any]:
    """As they are now, in one order, so that an edit comes before or after but never between."""
    locked = []
    for kind, model in KINDS.items():
        pks = [one.pk for one in subjects if kind_of(one) == kind]
        locked += list(model.objects.filter(pk__in=pks).select_for_update(of=("self",)).order_by("pk"))
    return locked


def _apply(actor: Actor, plan: Plan) -> None:
    trail.erase_trail(actor, plan.events, plan.subjects, plan.found)
    trail.erase_security_events(plan.security_events)
    for rows in plan.credentials:
        rows.delete()
    sweep_after(plan.traces)
    for trace in plan.traces:
        traces.apply(trace)
    _tell_of_committed(actor, plan)
    for subject in plan.subjects:
        blank(subject)
    for request in plan.requests:
        SubjectRequest.objects.filter(pk=request.pk).update(person=ERASED, asked_by="", reason=_neutral(request))
    traces.blank_answers(plan.answers)
    for run in plan.files:
        _remove_file(run)
    exports_withdraw(actor, plan.exports)
    archives_remove()


def _tell_of_committed(actor: Actor, plan: Plan) -> None:
    """A row under a digest is blanked for a reason that the trail knows; verification asks for it."""
    pks: defaultdict[type[Committed], list[Any]] = defaultdict(list)
    for trace in plan.traces:
        if issubclass(trace.model, Committed):
            pks[trace.model].append(trace.pk)
    for model, some in pks.items():
        rows = list(model._base_manager.filter(pk__in=some, erased_at__isnull=False))
        word = str(model._meta.verbose_name_plural).replace(" ", "_")
        record_many(actor, f"{word}.redacted", rows, {"reason": (None, trail.REASON)})


def _neutral(request: SubjectRequest) -> str:
    return ERASED if request.reason else ""


def _remove_file(run: ImportRun) -> None:
    """From the row at once, from the disk when that is certain."""
    name, storage = str(run.file.name), run.file.storage
    values: dict[str, Any] = {"file": "", "rehearsal": {}, "updated_at": timezone.now()}
    if run.state not in (ImportState.FINISHED, ImportState.FAILED):
        values |= {"state": ImportState.FAILED, "fault": FILE_GONE}
    ImportRun._base_manager.filter(pk=run.pk).update(**values)
    transaction.on_commit(lambda: storage.delete(name))
