"""What a mail says, as plain text, and what is attached to it."""

import html
import re
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import nh3

from crm.intake.raw import LONGEST_LINE, clean

LONGEST_TEXT, LONGEST_HTML = 50_000, 1_000_000  # characters
MOST_ATTACHMENTS = 100
BREAKS = re.compile(r"(?i)<(br|/p|/div|/tr|/li|/h[1-6])\b[^>]{0,200}>")
AS_IT_CAME = SMTP.clone(refold_source="none", cte_type="8bit")
EMPTY_LINES = re.compile(r"\n{3,}")


def text_of(message: EmailMessage) -> str:
    """The plain part, else the HTML one without its tags."""
    part = body_of(message)
    if part is None:
        return ""
    said = content_of(part)
    if part.get_content_type() == "text/html":
        said = plain(said)
    return clean(said).strip()[:LONGEST_TEXT]


def body_of(message: EmailMessage) -> Any:
    try:
        return message.get_body(("plain", "html"))
    except AttributeError:
        # Of a related part without parts the library takes the first letter for one.
        texts = (part for part in message.walk() if part.get_content_type() in ("text/plain", "text/html"))
        return next(texts, None)


def content_of(part: Any) -> str:
    """In whatever charset it claims, or none that is known."""
    data = part.get_payload(decode=True) or b""
    try:
        return str(data.decode(part.get_content_charset("utf-8"), errors="replace"))
    except (LookupError, ValueError):
        return str(data.decode("utf-8", errors="replace"))


def plain(markup: str) -> str:
    """Text alone: scripts and styles go with what is in them."""
    broken = BREAKS.sub(lambda tag: f"{tag[0]}\n", markup[:LONGEST_HTML])
    text = html.unescape(nh3.clean(broken, tags=set()))
    return EMPTY_LINES.sub("\n\n", "\n".join(line.strip() for line in text.splitlines()))


def attachments_of(message: EmailMessage) -> list[dict[str, Any]]:
    """[{"name": "offer.pdf", "type": "application/pdf", "size": 48211}]; sizes in bytes."""
    parts = list(message.iter_attachments()) if message.is_multipart() else []
    return [
        {"name": name_of(part), "type": part.get_content_type()[:100], "size": size_of(part)}
        for part in parts[:MOST_ATTACHMENTS]
    ]


def name_of(part: Any) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:  # whatever a parser thinks of it, it is a file
        name = ""
    return " ".join(clean(str(name)[:LONGEST_LINE]).replace("/", "_").replace("\\", "_").split())[:200]


def size_of(part: Any) -> int:
    """An attached mail is written as it came: to fold its addresses anew fails where they are in no charset."""
    data = part.get_payload(decode=True) if not part.is_multipart() else None
    return len(data) if isinstance(data, bytes) else len(part.as_bytes(policy=AS_IT_CAME))
