"""A message as a stranger's server hands it over: read without trusting anything in it."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy
from email.utils import parsedate_to_datetime
from typing import Any

from django.utils import timezone

from crm.core.fields import BIDI_CONTROLS, CONTROL_IN_TEXT, SURROGATES

LONGEST_HEADERS = 256_000  # bytes; real ones have 20,000
LONGEST_LINE, LONGEST_PARSED, LONGEST_LIST = 1_000, 2_000, 20_000  # characters of a header that are read
MOST_ADDRESSES, MOST_REFERENCES = 50, 50
MOST_OF_PARTS, LONGEST_OF_PART = 200, 400  # headers that describe a part, and the characters of one that are read
OF_A_PART = re.compile(rb"(?im)^content-(?:type|disposition)[ \t]*:")
END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
MESSAGE_ID = re.compile(r"<([^<>\s]{1,400})>")
# Of an address no part: what stands around one, and what no database or header takes.
OUTSIDE = r"@\s<>\"(),;:\\\x00-\x1f\x7f\ud800-\udfff"
ADDRESS = re.compile(rf"[^{OUTSIDE}]{{1,64}}@[^{OUTSIDE}]{{1,255}}")


class NotReadable(ValueError):
    """Why nothing can be made of it, in words."""


class ShortHeaders(EmailPolicy):
    """The grammar's parser takes time by the square of a header's length, which a stranger chooses."""

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        return super().header_fetch_parse(name, value[:LONGEST_OF_PART])


STRICT = ShortHeaders()


@dataclass(frozen=True, slots=True)
class Mail:
    """`sender` is empty unless there is exactly one. `cut`: the end is missing, for it was too big to be read whole."""

    message: EmailMessage
    key: str
    sender: str
    message_id: str
    cut: bool

    def line(self, name: str) -> str:
        return line_of(self.message, name)

    def addresses(self, *names: str) -> list[str]:
        return [one for name in names for one in addresses_of(self.message, name)][:MOST_ADDRESSES]

    @property
    def references(self) -> list[str]:
        """Message-IDs that it answers, the nearest first."""
        return ids_in(self.line("In-Reply-To"), *reversed(ids_in(raw_of(self.message, "References")[-LONGEST_LIST:])))

    @property
    def sent_at(self) -> datetime:
        """What its sender says, unless that is no moment or has not come yet."""
        now = timezone.now()
        try:
            said = parsedate_to_datetime(self.line("Date"))
            return min(said if said.tzinfo else said.replace(tzinfo=now.tzinfo), now)
        except (ValueError, OverflowError, TypeError):
            return now


def read(raw: bytes, *, cut: bool = False) -> Mail:
    """Raises NotReadable."""
    end = END_OF_HEADERS.search(raw, 0, LONGEST_HEADERS)
    if end is None and len(raw) > LONGEST_HEADERS:
        raise NotReadable("Its headers are longer than any mail's.")
    if sum(1 for _part in OF_A_PART.finditer(raw)) > MOST_OF_PARTS:
        raise NotReadable("It has more parts than any mail.")
    try:
        message: Any = BytesParser(policy=STRICT).parsebytes(raw)
        sender, found = _the_sender(message), ids_in(raw_of(message, "Message-ID")[:LONGEST_LINE])
        message_id = found[0] if found else ""
        return Mail(message, _key(message_id, sender, raw[end.end() :] if end else raw), sender, message_id, cut)
    except Exception as error:
        raise NotReadable(f"Its form is broken: {type(error).__name__}.") from error


def _key(message_id: str, sender: str, body: bytes) -> str:
    """A Message-ID alone would let whoever takes one first keep the true message out."""
    return hashlib.sha256(b"\0".join((message_id.encode(), sender.encode(), body))).hexdigest()


def _the_sender(message: EmailMessage) -> str:
    said = [value for name, value in message.raw_items() if name.casefold() == "from"]
    if len(said) != 1 or len(said[0]) > LONGEST_PARSED:
        return ""
    found = addresses_of(message, "From")
    return found[0] if len(found) == 1 else ""


def raw_of(message: Any, name: str) -> str:
    """The first header of this name as it stands there; headers are else parsed as a whole, whatever their length."""
    wanted = name.casefold()
    return next((str(value) for key, value in message.raw_items() if key.casefold() == wanted), "")


def line_of(message: Any, name: str) -> str:
    """A header in words: decoded, in one line."""
    raw = raw_of(message, name)[:LONGEST_LINE]
    try:
        said = str(policy.default.header_factory("Subject", " ".join(raw.split())))
    except Exception:  # whatever a parser thinks of it, it is text
        said = raw
    return " ".join(clean(said).split())


def addresses_of(message: Any, name: str) -> list[str]:
    """By the grammar of RFC 5322. Its parser takes minutes for what a stranger makes of 20,000 characters, so that in a
    longer list whatever looks like an address is one."""
    raw = " ".join(raw_of(message, name)[:LONGEST_LIST].split())
    if len(raw) > LONGEST_PARSED:
        return list(dict.fromkeys(ADDRESS.findall(raw)))[:MOST_ADDRESSES]
    try:
        parsed: Any = policy.default.header_factory("To", raw)
        found = [one.addr_spec for one in parsed.addresses]
    except Exception:  # whatever a parser thinks of it, it names nobody
        return []
    return [one for one in found if ADDRESS.fullmatch(one)][:MOST_ADDRESSES]


def ids_in(*texts: str) -> list[str]:
    """Message-IDs without their brackets, each once; texts without any are taken for one."""
    found: list[str] = []
    for text in texts:
        found += MESSAGE_ID.findall(text) or ([text.strip()] if "@" in text and " " not in text.strip() else [])
    return list(dict.fromkeys(clean(one)[:400] for one in found))[:MOST_REFERENCES]


def clean(text: str) -> str:
    """Without what a database refuses and what reverses how text reads."""
    return BIDI_CONTROLS.sub("", SURROGATES.sub("\ufffd", CONTROL_IN_TEXT.sub("", text.replace("\r\n", "\n"))))
