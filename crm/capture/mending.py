"""What a person does about a submission that became no lead: turns it into one, mended, or dismisses it."""

from typing import Any
from uuid import UUID

from django.db import transaction

from auditlog.services import record
from crm.capture.errors import NotWaiting
from crm.capture.models import State, Submission
from crm.capture.reading import Read, raw_of_form, raw_of_json, read_values
from crm.capture.receiving import record_consent
from crm.core.actor import Actor
from crm.core.changes import fetch_locked, save_changes
from customers.models import Lead
from customers.services import lead_create


@transaction.atomic
def submission_accept(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> Lead:
    """The lead, of the source's team and with its source word unless others are named. Consent that was given is kept.

    Raises NotFound, Forbidden, Stale, Invalid, Conflict, NotWaiting.
    """
    kept = _open(actor, pk, version)
    source = kept.lead_source
    usual = {"owner": source.owner, "source": source.source}
    lead = lead_create(actor, **{**usual, **values, "team": source.team})
    if read_of(kept).consented:
        record_consent(actor, source, kept, lead)
    _decide(actor, kept, State.ACCEPTED, lead)
    return lead


@transaction.atomic
def submission_dismiss(actor: Actor, pk: UUID | str, version: int | None = None) -> Submission:
    """It becomes no lead, and goes with the log. Raises NotFound, Forbidden, Stale, NotWaiting."""
    kept = _open(actor, pk, version)
    _decide(actor, kept, State.DISMISSED, None)
    return kept


def raw_of(kept: Submission) -> dict[str, Any]:
    """{field: what came for it}."""
    read_by = raw_of_json if kept.lead_source.is_webhook else raw_of_form
    return read_by(kept.lead_source, kept.content)


def read_of(kept: Submission) -> Read:
    found = read_values(kept.lead_source, raw_of(kept))
    if not kept.lead_source.is_webhook:
        found.consented = "consent" in kept.content and bool(kept.lead_source.consent_text)
    return found


def _open(actor: Actor, pk: UUID | str, version: int | None) -> Submission:
    kept = fetch_locked(Submission, actor, "write", pk, version)
    if not kept.is_open:
        raise NotWaiting()
    return kept


def _decide(actor: Actor, kept: Submission, state: State, lead: Lead | None) -> None:
    before, kept.state, kept.lead = kept.state, state, lead
    save_changes(kept, {"state", "lead"})
    verb = "accepted" if lead else "dismissed"
    record(actor, f"submissions.{verb}", kept, {"state": (before, state), "lead": (None, lead and str(lead.pk))})
