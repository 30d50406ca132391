"""What came in is kept first, then becomes a lead where it can. The same thing twice has one effect."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.ownership import ensure_assignable
from auditlog.services import record
from crm.capture.models import LeadSource, State, Submission
from crm.capture.reading import Read
from crm.core.actor import Actor
from crm.core.errors import CrmError, Detail, Invalid
from crm.core.failures import InternalError, as_crm_error
from customers.duplicates import possible_duplicates
from customers.models import Lead
from customers.models.choices import ConsentStatus, LawfulBasis
from customers.services import consent_record, lead_create

log = structlog.get_logger("crm.capture")


@dataclass(frozen=True, slots=True)
class Entry:
    """`body` as it came, `read` what it says of a lead; `suspicion` why it is held to be a bot's, `objection` why it
    is kept but becomes no lead."""

    body: str
    read: Read
    key: str = ""
    nonce: str = ""
    suspicion: Detail | None = None
    objection: Detail | None = None


@transaction.atomic
def submission_receive(
    actor: Actor, source: LeadSource, entry: Entry, at: datetime | None = None
) -> tuple[Submission, bool]:
    """What was kept, and whether it is new. Raises OperationalError while the database is away, and nothing else."""
    kept, is_new = _kept(actor, source, entry)
    if is_new:
        _settle(actor, source, kept, entry)
        counted = LeadSource.objects.filter(pk=source.pk)
        counted.update(received=F("received") + 1, last_received_at=at or timezone.now())
    return kept, is_new


def _kept(actor: Actor, source: LeadSource, entry: Entry) -> tuple[Submission, bool]:
    """The constraint on the key makes a second one wait for the first, and find it."""
    own = {"team_id": source.team_id, "owner_id": source.owner_id, "address": actor.origin.address[:64]}
    new = Submission(lead_source=source, state=State.REFUSED, body=entry.body, key=entry.key, nonce=entry.nonce, **own)
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:
        return Submission.objects.get(lead_source=source, key=entry.key), False
    return new, True


def _settle(actor: Actor, source: LeadSource, kept: Submission, entry: Entry) -> None:
    if entry.suspicion:
        kept.state, kept.reasons = State.BOT, [entry.suspicion]
    else:
        try:
            with transaction.atomic():
                _become_lead(actor, source, kept, entry)
        except OperationalError:
            raise
        except Exception as error:
            _refuse(actor, kept, error)
    kept.save(update_fields=["state", "reasons", "lead", "alike"])
    if kept.nonce and kept.state != State.BOT:
        waited = (State.REFUSED, State.MENDED)
        earlier = Submission.objects.filter(lead_source=source, nonce=kept.nonce, state__in=waited, lead=None)
        earlier.exclude(pk=kept.pk).update(state=State.MENDED, lead=kept.lead)


def _become_lead(actor: Actor, source: LeadSource, kept: Submission, entry: Entry) -> None:
    if faults := [*entry.read.faults, *([entry.objection] if entry.objection else ()), *_lacking(source, entry.read)]:
        raise Invalid(details=faults)
    own = {"team": source.team, "owner": _owner(source), "source": source.source}
    alike = len(possible_duplicates(actor, Lead, entry.read.values))
    lead = lead_create(actor, **entry.read.values, **own)
    if entry.read.consented:
        record_consent(actor, source, kept, lead)
    kept.lead, kept.state, kept.alike = lead, State.ACCEPTED, alike


def _refuse(actor: Actor, kept: Submission, error: Exception) -> None:
    """What nobody foresaw is written to the log with its story; what was typed is kept all the same."""
    refusal = as_crm_error(error)
    if refusal is None:
        log.exception("submission_surprise", submission=str(kept.pk))
        refusal = InternalError("Something went wrong on our side.")
    kept.lead, kept.state, kept.reasons = None, State.REFUSED, reasons_of(refusal)
    record(actor, "submissions.refused", kept, {"codes": (None, [one["code"] for one in kept.reasons])})


def reasons_of(refusal: CrmError) -> list[Detail]:
    return refusal.details or [{"field": "", "code": refusal.code, "message": refusal.message}]


def _lacking(source: LeadSource, read: Read) -> list[Detail]:
    if source.consent_text and source.consent_required and not read.consented:
        return [{"field": "consent", "code": "required", "message": "This field is required."}]
    return []


def _owner(source: LeadSource) -> User | None:
    """Nobody where that person left in the meantime: a lead is worth more than its owner."""
    try:
        ensure_assignable(Lead(team=source.team, owner=source.owner))
    except Invalid:
        return None
    return source.owner


def record_consent(actor: Actor, source: LeadSource, kept: Submission, lead: Lead) -> None:
    """In the words that the person saw, as of the moment they sent it."""
    said: dict[str, Any] = {
        "channel": source.consent_channel,
        "status": ConsentStatus.GRANTED,
        "lawful_basis": LawfulBasis.CONSENT,
        "source": source.name,
        "text_version": f"{source.version}",
        "evidence": f"{source.consent_text}\n\n{kept._meta.verbose_name} {kept.pk}",
        "at": kept.created_at,
    }
    consent_record(actor, lead=lead, **said)
