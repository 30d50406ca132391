"""What a report means, once it is proved to be about a mail of ours: its Message-ID is the delivery's id."""

from uuid import UUID

import structlog

from crm.intake.models import Outcome
from crm.intake.raw import Mail
from crm.intake.reports import Report, Said
from crm.intake.verdicts import Verdict
from crm.mailroom.returns import return_note
from crm.outbox.models import Delivery, ReturnKind, normalised
from crm.outbox.transports import MAIL

log = structlog.get_logger("vouch.intake")


def deliveries_named(ids: list[str]) -> list[Delivery]:
    """In the order of the ids; one query."""
    wanted = [pk for pk in map(_uuid, ids) if pk]
    found = Delivery.objects.filter(kind=MAIL).in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


def _uuid(message_id: str) -> UUID | None:
    try:
        return UUID(message_id.partition("@")[0])
    except ValueError:
        return None


def take_report(mail: Mail, report: Report) -> Verdict:
    """Nothing follows from a report about a mail that we did not send, or to an address that it did not go to."""
    found = deliveries_named(report.ids)
    if not found:
        log.warning("report_of_unknown_mail", server=mail.sender.rpartition("@")[2])
        return Verdict(Outcome.UNPROVED, "It returns no mail that was sent from here.")
    if not report.said:
        return Verdict(Outcome.IGNORED, "A report that all is well.")
    outcomes = [_take(mail, found[0], one) for one in report.said]
    return max(outcomes, key=lambda one: one.outcome != Outcome.UNPROVED)


def _take(mail: Mail, delivery: Delivery, said: Said) -> Verdict:
    """A complaint may leave the address out; then it is that of the mail."""
    named = said.to or ((delivery.recipient,) if said.kind == ReturnKind.COMPLAINT else ())
    to = next((one for one in named if normalised(one) == normalised(delivery.recipient)), "")
    if not to:
        log.warning("report_of_another_address", delivery=str(delivery.pk), server=mail.sender.rpartition("@")[2])
        return Verdict(Outcome.UNPROVED, "The mail it returns did not go to the address that it names.")
    return_note(delivery, to=to, kind=said.kind, key=mail.key, status=said.status, said=said.words)
    outcome = Outcome.COMPLAINT if said.kind == ReturnKind.COMPLAINT else Outcome.BOUNCE
    return Verdict(outcome, f"{said.kind.label} {said.status}".strip())
