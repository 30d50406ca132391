"""Whose mail it is, and with whom it was exchanged: believed only as far as something but the sender's word says so."""

import re
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from crm.intake.addresses import named_by, token_in
from crm.intake.bodies import text_of
from crm.intake.models import Mailbox
from crm.intake.raw import ADDRESS, Mail, addresses_of
from crm.intake.returning import deliveries_named
from crm.outbox.models import normalised
from deals.models.choices import Direction

DELIVERED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
FORWARDED = re.compile(r"(?im)^[> \t]{0,20}(?:from|von|de|da|van)[ \t]{0,5}:(.{0,300})$")


class NotBelieved(Exception):
    """Why, in words."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """`why` it is for its person to say where it belongs, whatever the addresses say; `is_sought`: it was sent here
    to be filed, so that it is kept even where no record is found."""

    person: User
    direction: str
    others: tuple[str, ...]
    why: str = ""
    is_sought: bool = True


def exchange_of(mailbox: Mailbox, mail: Mail) -> Exchange | None:
    """None for a mail that nothing leads to a person from. Raises NotBelieved."""
    if found := named_by(mail.addresses("To", "Cc", *DELIVERED)):
        return _copied(mailbox, mail, found.person)
    if mailbox.person is not None:
        return _own(mailbox, mail, mailbox.person)
    return _answer(mail)


def _copied(mailbox: Mailbox, mail: Mail, person: User) -> Exchange:
    """To an address that only its person knows, and from the one that they sign in with or a mailbox of theirs."""
    if not mail.sender or normalised(mail.sender) not in _own_addresses(person):
        raise NotBelieved("It was sent to somebody's address for copies, and not by them.")
    others = _without(mail.addresses("To", "Cc"), mailbox, person)
    if others:
        return Exchange(person, Direction.OUTBOUND, others)
    return Exchange(person, Direction.INBOUND, _without(forwarded_from(mail), mailbox, person)[:1])


def _own(mailbox: Mailbox, mail: Mail, person: User) -> Exchange | None:
    if not mail.sender:
        return None
    if normalised(mail.sender) in (normalised(person.email), normalised(mailbox.address)):
        others = _without(mail.addresses("To", "Cc"), mailbox, person)
        return Exchange(person, Direction.OUTBOUND, others, is_sought=False)
    return Exchange(person, Direction.INBOUND, (mail.sender,), is_sought=False)


def _answer(mail: Mail) -> Exchange | None:
    """To a mail that somebody sent from here: who answers has it, or was given it."""
    sent = next((one for one in deliveries_named(mail.references) if one.sent_by_id), None)
    person = User.objects.select_related("role").filter(pk=sent.sent_by_id).first() if sent else None
    if sent is None or person is None or not mail.sender:
        return None
    is_reader = normalised(mail.sender) == normalised(sent.recipient)
    why = "" if is_reader else f"It answers a mail to {sent.recipient}, from another address."
    return Exchange(person, Direction.INBOUND, (mail.sender,), why)


def forwarded_from(mail: Mail) -> list[str]:
    """Who wrote the mail that this one forwards: attached, or quoted with its headers."""
    for part in mail.message.iter_parts() if mail.message.is_multipart() else ():
        inner: Any = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(inner, list) and inner:
            return addresses_of(inner[0], "From")
    quoted = FORWARDED.search(text_of(mail.message))
    return ADDRESS.findall(quoted[1])[:1] if quoted else []


def _own_addresses(person: User) -> set[str]:
    mailboxes = Mailbox.objects.filter(person=person).values_list("address", flat=True)
    return {normalised(one) for one in (person.email, *mailboxes)}


def _without(addresses: list[str], mailbox: Mailbox, person: User) -> tuple[str, ...]:
    own = {normalised(mailbox.address), *_own_addresses(person)}
    return tuple(dict.fromkeys(one for one in addresses if normalised(one) not in own and not token_in(one)))
