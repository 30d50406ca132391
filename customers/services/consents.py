"""Consent per channel, and the two marks on a contact that say the same; here they are kept in step."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from auditlog.services import record
from auditlog.writes import event_word
from crm.core.actor import Actor
from crm.core.changes import fetch_locked, save_changes, validate_record
from crm.core.errors import Erased, invalid_field
from customers.errors import LeadConverted
from customers.models import Consent, Contact, Lead
from customers.models.choices import Channel, ConsentStatus

# A contact's mark that closes a channel, for those who look no further.
MARKS = {Channel.EMAIL: "opted_out_of_email", Channel.PHONE: "do_not_call"}
MARKED = "mark on the contact"
MERGED = "merge of two records"
SAID = (ConsentStatus.GRANTED, ConsentStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for one channel now; `consent` is the row that says so, None where nobody was asked."""

    channel: Channel
    status: ConsentStatus
    consent: Consent | None


@transaction.atomic
def consent_record(actor: Actor, *, contact: Contact | None = None, lead: Lead | None = None, **values: Any) -> Consent:
    """One more row for a channel of one person. Raises NotFound, Forbidden, Invalid, Erased, LeadConverted."""
    named = contact or lead
    if named is None:
        raise invalid_field("contact", "Name the contact or the lead.", "required")
    subject: Contact | Lead = fetch_locked(type(named), actor, "write", named.pk)
    if subject.is_erased:
        raise Erased()
    if isinstance(subject, Lead) and subject.converted_at:
        raise LeadConverted()
    before = standing_of(subject, Channel(values["channel"])).status
    consent = _insert(actor, subject, values)
    _mark(subject, consent)
    changes = {f"consent_{consent.channel}": (before, consent.status), "lawful_basis": (None, consent.lawful_basis)}
    record(actor, f"{event_word(subject)}.consent_recorded", subject, changes)
    return consent


def follow_marks(actor: Actor, contact: Contact, changed: Container[str]) -> None:
    """A mark that was set is a withdrawal; one that was taken off leaves the person unasked, not agreeing."""
    for channel, mark in MARKS.items():
        if mark in changed:
            status = ConsentStatus.WITHDRAWN if getattr(contact, mark) else ConsentStatus.UNKNOWN
            _insert(actor, contact, {"channel": channel, "status": status, "source": MARKED})


def consents_carry_over(actor: Actor, lead: Lead, contact: Contact) -> None:
    """What a lead agreed to holds for the contact it becomes, the marks included."""
    for consent in lead.consents.order_by("at", "id"):
        names = ("channel", "status", "lawful_basis", "source", "text_version", "evidence", "at")
        _mark(contact, _insert(actor, contact, {name: getattr(consent, name) for name in names}))


def consents_keep_stricter(
    actor: Actor, subject: Contact | Lead, one: list[Standing], other: list[Standing]
) -> list[Consent]:
    """After two records of a person became one: what either refused stays refused. Answers the rows that say so."""
    made = []
    for first, second in zip(one, other, strict=True):
        wanted = _stricter(first, second)
        if standing_of(subject, first.channel).status != wanted:
            made.append(_insert(actor, subject, {"channel": first.channel, "status": wanted, "source": MERGED}))
    return made


def _stricter(one: Standing, other: Standing) -> ConsentStatus:
    """No beats not asked any more, which beats yes; who was never asked has said nothing against the other."""
    told = [standing.status for standing in (one, other) if standing.consent or standing.status in SAID]
    order = (ConsentStatus.WITHDRAWN, ConsentStatus.UNKNOWN, ConsentStatus.GRANTED)
    return next((status for status in order if status in told), ConsentStatus.UNKNOWN)


def standings_of(subject: Contact | Lead) -> list[Standing]:
    """Every channel in order, by one query."""
    latest = {consent.channel: consent for consent in _history(subject)}
    return [_standing(subject, channel, latest.get(channel)) for channel in Channel]


def standing_of(subject: Contact | Lead, channel: Channel) -> Standing:
    return _standing(subject, channel, _history(subject).filter(channel=channel).last())


def may_contact(subject: Contact | Lead, channel: Channel | str) -> bool:
    """May a campaign use this channel? Closed until somebody granted it, and closed by any mark against it."""
    return not subject.is_archived and standing_of(subject, Channel(channel)).status == ConsentStatus.GRANTED


def _history(subject: Contact | Lead) -> Any:
    return subject.consents.select_related("recorded_by").order_by("at", "id")


def _standing(subject: Contact | Lead, channel: Channel, consent: Consent | None) -> Standing:
    """A mark without a row, as an import sets it, is a withdrawal, too."""
    if getattr(subject, MARKS.get(channel, ""), False):
        return Standing(channel, ConsentStatus.WITHDRAWN, consent)
    return Standing(channel, ConsentStatus(consent.status) if consent else ConsentStatus.UNKNOWN, consent)


def _insert(actor: Actor, subject: Contact | Lead, values: dict[str, Any]) -> Consent:
    consent = Consent(**values, recorded_by_id=actor.id)
    setattr(consent, str(subject._meta.model_name), subject)
    validate_record(consent, actor)
    _refuse_nonsense(consent)
    consent.save(force_insert=True)
    return consent


def _refuse_nonsense(consent: Consent, now: datetime | None = None) -> None:
    if consent.at > (now or timezone.now()):
        raise invalid_field("at", "Nobody can have agreed in the future.", "in_the_future")
    if consent.status == ConsentStatus.GRANTED and not consent.lawful_basis:
        raise invalid_field(
            "lawful_basis", "Say what allows it: consent, a contract, a legitimate interest.", "required"
        )


def _mark(subject: Contact | Lead, consent: Consent) -> None:
    """By the row that holds now, which need not be the one written last."""
    mark = MARKS.get(Channel(consent.channel), "")
    latest = _history(subject).filter(channel=consent.channel).last()
    is_closed = latest.status == ConsentStatus.WITHDRAWN
    if hasattr(subject, mark) and getattr(subject, mark) != is_closed:
        setattr(subject, mark, is_closed)
        save_changes(subject, {mark})
