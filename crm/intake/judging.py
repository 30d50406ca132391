"""What a message is: a proof, a report about a mail of ours, an automatic answer, or a letter for a record."""

from crm.intake.filing import letter_in
from crm.intake.models import Mailbox, Outcome
from crm.intake.probing import probe_in
from crm.intake.raw import Mail
from crm.intake.reports import report_in
from crm.intake.returning import deliveries_named, take_report
from crm.intake.verdicts import Verdict

PRECEDENCES = ("bulk", "list", "junk", "auto_reply")
BY_MACHINES = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "List-Id", "List-Unsubscribe")


def judge(mailbox: Mailbox, mail: Mail) -> Verdict:
    """In the transaction that keeps the message from being taken in again."""
    if found := probe_in(mailbox, mail):
        return found
    if (report := report_in(mail)) and (report.ids or mailbox.person_id is None):
        return take_report(mail, report)
    if deliveries_named([mail.message_id]):
        return Verdict(Outcome.IGNORED, "Sent by the product itself.")
    if why := automatic(mail):
        return Verdict(Outcome.IGNORED, why)
    return letter_in(mailbox, mail)


def automatic(mail: Mail) -> str:
    """Why it counts as written by a machine (RFC 3834), which nobody answers and nothing is filed of; or nothing."""
    if mail.line("Auto-Submitted").partition(";")[0].strip().casefold() not in ("", "no"):
        return "An automatic answer."
    if mail.line("Return-Path") == "<>":
        return "From nobody: an automatic answer."
    if mail.line("Precedence").casefold() in PRECEDENCES or any(mail.line(name) for name in BY_MACHINES):
        return "From a list, or from a machine."
    return ""
