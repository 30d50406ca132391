"""Contacts as vCards, 3.0 (RFC 2426) for what is in use everywhere, 4.0 (RFC 6350) for what is current."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from crm.transfer.exports.columns import Column
from crm.transfer.exports.reading import Page

# What a card has a place for.
CARD_COLUMNS = frozenset(
    {
        *("id", "salutation", "first_name", "last_name", "title", "department", "customer", "email", "phone"),
        *("mobile_phone", "street", "city", "state", "postal_code", "country", "birthdate", "linkedin_url"),
        *("description", "updated_at"),
    }
)
ESCAPED = re.compile(r"[\\;,]|\r\n|\r|\n")
OCTETS = 75

Card = Mapping[str, Any]


class VCards:
    def __init__(self, columns: Sequence[Column], version: str) -> None:
        self.names, self.version = [column.name for column in columns], version
        self.remarks: dict[str, int] = {}

    def begin(self) -> bytes:
        return b""

    def page(self, page: Page) -> bytes:
        cards = (dict(zip(self.names, row, strict=True)) for row in zip(*page, strict=True))
        return b"".join(folded(line) for card in cards for line in self._lines(card))

    def end(self) -> bytes:
        return b""

    def _lines(self, card: Card) -> Iterator[str]:
        yield "BEGIN:VCARD"
        yield f"VERSION:{self.version}"
        yield f"FN:{_of(card, 'first_name', 'last_name', glue=' ') or _of(card, 'email')}"
        yield f"N:{';'.join(_of(card, name) for name in ('last_name', 'first_name', '', 'salutation'))};"
        yield from self._optional(card)
        yield "END:VCARD"

    def _optional(self, card: Card) -> Iterator[str]:
        company, place = [_of(card, "customer"), _of(card, "department")], ("street", "city", "state", "postal_code")
        address = [_of(card, name) for name in (*place, "country")]
        lines = {
            "ORG": ";".join(company).rstrip(";"),
            "TITLE": _of(card, "title"),
            "EMAIL;TYPE=work" if self.is_new else "EMAIL;TYPE=INTERNET,WORK": _of(card, "email"),
            **self._phones(card),
            "ADR;TYPE=work": f";;{';'.join(address)}" if any(address) else "",
            "BDAY": self._birthday(card),
            "URL": str(card.get("linkedin_url") or ""),
            "NOTE": _of(card, "description"),
            "UID": f"urn:uuid:{card['id']}" if card.get("id") else "",
            "REV": f"{card['updated_at'].astimezone(UTC):%Y%m%dT%H%M%SZ}" if card.get("updated_at") else "",
        }
        yield from (f"{name}:{value}" for name, value in lines.items() if value)

    @property
    def is_new(self) -> bool:
        return self.version == "4.0"

    def _phones(self, card: Card) -> dict[str, str]:
        if self.is_new:
            numbers = {'"voice,work"': card.get("phone"), "cell": card.get("mobile_phone")}
            return {f"TEL;VALUE=uri;TYPE={kind}": f"tel:{number}" for kind, number in numbers.items() if number}
        return {"TEL;TYPE=WORK,VOICE": _of(card, "phone"), "TEL;TYPE=CELL": _of(card, "mobile_phone")}

    def _birthday(self, card: Card) -> str:
        day = card.get("birthdate")
        return "" if day is None else f"{day:%Y%m%d}" if self.is_new else day.isoformat()


def _of(card: Card, *names: str, glue: str = "") -> str:
    return ESCAPED.sub(_escape, glue.join(str(card[name]) for name in names if card.get(name)))


def _escape(found: re.Match[str]) -> str:
    return f"\\{found[0]}" if found[0] in "\\;," else "\\n"


def folded(line: str) -> bytes:
    """At most 75 octets a line, and never within a letter."""
    data, parts = line.encode(), []
    while len(data) > OCTETS:
        cut = OCTETS
        while data[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(data[:cut])
        data = b" " + data[cut:]
    return b"\r\n".join([*parts, data]) + b"\r\n"
