"""A mail becomes a letter: on the one record that it can only belong to, or in front of its person to say where."""

from typing import Any

from accounts.actors import actor_for
from auditlog.services import record
from crm.core.actor import Actor
from crm.intake.bodies import attachments_of, text_of
from crm.intake.exchanges import Exchange, NotBelieved, exchange_of
from crm.intake.matching import field_of, in_thread, matches
from crm.intake.models import Letter, LetterState, Mailbox, Outcome
from crm.intake.raw import Mail
from crm.intake.verdicts import Verdict

BY_INTAKE = Actor.system("mail-intake")


def letter_in(mailbox: Mailbox, mail: Mail) -> Verdict:
    try:
        exchange = exchange_of(mailbox, mail)
    except NotBelieved as doubt:
        return Verdict(Outcome.UNPROVED, str(doubt))
    if exchange is None:
        return Verdict(Outcome.IGNORED, "It is no copy for anybody, and answers no mail that somebody sent.")
    actor = actor_for(exchange.person, door="job")
    if not actor.may("activities:write"):
        return Verdict(Outcome.IGNORED, "Its person may not keep letters.")
    return _kept(actor, mail, exchange)


def _kept(actor: Actor, mail: Mail, exchange: Exchange) -> Verdict:
    found = matches(actor, exchange.others)
    chosen = found[0] if len(found) == 1 else in_thread(actor, mail.references, found)
    if not found and not exchange.is_sought:
        return Verdict(Outcome.IGNORED, "Nobody that its person may see has this address.")
    why = exchange.why or ("" if chosen else _doubt(exchange, len(found)))
    about = {} if why else {field_of(chosen): chosen}
    letter = _written(mail, exchange, why, about)
    if Letter.objects.filter(person=letter.person, key=letter.key).exists():
        return Verdict(Outcome.IGNORED, "It is there already, from another mailbox.")
    letter.save(force_insert=True)
    record(BY_INTAKE, "letters.created", letter, {"state": (None, letter.state)})
    return Verdict(Outcome.WAITING if why else Outcome.FILED, "")


def _doubt(exchange: Exchange, number: int) -> str:
    if not exchange.others:
        return "It does not say with whom it was exchanged."
    if number:
        return "Several records have this address, or it went to several people."
    return "Nobody that you may see has this address."


def _written(mail: Mail, exchange: Exchange, why: str, about: dict[str, Any]) -> Letter:
    cut = " (cut: the whole is in the mailbox)" if mail.cut else ""
    return Letter(
        person=exchange.person,
        key=mail.key,
        message_id=mail.message_id,
        direction=exchange.direction,
        other=", ".join(exchange.others)[:320],
        subject=mail.line("Subject")[: 255 - len(cut)] + cut,
        text=text_of(mail.message),
        attachments=attachments_of(mail.message),
        sent_at=mail.sent_at,
        state=LetterState.WAITING if why else LetterState.FILED,
        why=why,
        **about,
    )
