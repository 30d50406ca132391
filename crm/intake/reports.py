"""Bounces (RFC 3464) and complaints (RFC 5965) as messages: what they say about which mail; nothing is believed yet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import Any

from crm.intake.bodies import content_of, text_of
from crm.intake.raw import ADDRESS, LONGEST_LINE, STRICT, Mail, clean, ids_in, raw_of
from crm.outbox.models import ReturnKind
from crm.outbox.suppressing import BOUNCES

MOST_RECIPIENTS = 50
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
NO_COMPLAINT = {"not-spam", "auth-failure", "dmarc"}
POSTMASTERS = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon")


@dataclass(frozen=True, slots=True)
class Said:
    """About one recipient; `to` is empty where the report leaves the address out."""

    kind: ReturnKind
    to: tuple[str, ...] = ()
    status: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """`ids`: the Message-IDs that it may be about, the likeliest first."""

    ids: list[str]
    said: list[Said]


def report_in(mail: Mail) -> Report | None:
    """None for what is no report. One that says that all is well has nothing `said`."""
    parts = list(mail.message.iter_parts()) if mail.message.is_multipart() else []
    by_type = {part.get_content_type(): part for part in reversed(parts)}
    if "message/feedback-report" in by_type:
        return Report(_ids(mail, parts), list(_complaint(by_type["message/feedback-report"])))
    if status := by_type.get("message/delivery-status") or by_type.get("message/global-delivery-status"):
        return Report(_ids(mail, parts), list(_recipients(status)))
    return _in_prose(mail)


def _complaint(part: Any) -> Iterator[Said]:
    block = next(_blocks(part), None)
    kind = _field(block, "Feedback-Type").casefold() if block else ""
    if block and kind not in NO_COMPLAINT:
        named = tuple(ADDRESS.findall(_field(block, "Original-Rcpt-To")))
        yield Said(ReturnKind.COMPLAINT, named, words=f"{kind or 'abuse'}, told by {_field(block, 'User-Agent')}"[:500])


def _recipients(part: Any) -> Iterator[Said]:
    for block in list(_blocks(part))[: MOST_RECIPIENTS + 1]:
        action = _field(block, "Action").casefold()
        if action not in ("failed", "delayed"):
            continue
        named = ADDRESS.findall(f"{_field(block, 'Original-Recipient')} {_field(block, 'Final-Recipient')}")
        words = _field(block, "Diagnostic-Code")
        status = _status(_field(block, "Status"), words)
        yield Said(_kind(action, status), tuple(named), status, words.partition(";")[2].strip() or words)


def _kind(action: str, status: str) -> ReturnKind:
    return ReturnKind.HARD if action == "failed" and status in BOUNCES else ReturnKind.SOFT


def _status(field: str, words: str) -> str:
    """The server's own words are more precise than 5.0.0, by which a relay says that it does not know."""
    given = STATUS.search(field)
    told = STATUS.search(words)
    if told and (given is None or given[1].endswith(".0.0")):
        return told[1]
    return given[1] if given else ""


def _in_prose(mail: Mail) -> Report | None:
    """Servers that send no report: only from a postmaster, with the status code and what was returned below it."""
    local = mail.sender.partition("@")[0].casefold()
    if local not in POSTMASTERS:
        return None
    text = text_of(mail.message)
    failed = [one for one in ADDRESS.findall(mail.line("X-Failed-Recipients"))]
    status = STATUS.search(text)
    if not status or status[1].startswith("2"):
        return None
    named = failed or list(dict.fromkeys(ADDRESS.findall(text)))[:MOST_RECIPIENTS]
    ids = [*ids_in(*re.findall(r"(?im)^message-id:\s*(<[^<>\s]+>)", text)), *mail.references]
    action = "failed" if status[1].startswith("5") else "delayed"
    return Report(ids, [Said(_kind(action, status[1]), tuple(named), status[1], _line_with(text, status[1]))])


def _line_with(text: str, words: str) -> str:
    return next((line.strip() for line in text.splitlines() if words in line), "")[:500]


def _ids(mail: Mail, parts: list[Any]) -> list[str]:
    """That of the mail it returns, then those that it answers."""
    returned = [_field(one, "Message-ID") for part in parts for one in _returned(part)]
    return list(dict.fromkeys([*ids_in(*returned), *mail.references]))


def _returned(part: Any) -> Iterator[Any]:
    if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
        yield HeaderParser(policy=STRICT).parsestr(content_of(part).lstrip())
    elif part.get_content_type() in ("message/rfc822", "message/global"):
        yield from _blocks(part)


def _blocks(part: Any) -> Iterator[Any]:
    """A report is a list of header blocks, one for the message and one for each recipient."""
    found = part.get_payload()
    if isinstance(found, list):
        yield from found
    elif isinstance(found, str):
        for block in re.split(r"\r?\n\s*\r?\n", content_of(part)):
            yield HeaderParser(policy=STRICT).parsestr(block.lstrip())


def _field(block: Any, name: str) -> str:
    return " ".join(clean(raw_of(block, name)[:LONGEST_LINE]).split())
