"""Cards as rows of a table with the headings of an address book, numbered groups growing as far as needed."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from crm.transfer.vcards import Card, Property

MOST_GROUPS = 10
NAMES = ("Name Prefix", "First Name", "Middle Name", "Last Name", "Name Suffix", "Nickname", "Full Name")
WORK = ("Organization Name", "Organization Department", "Organization Title")
REST = ("Birthday", "Notes", "Labels", "Website", "LinkedIn", "UID")
ADDRESS = ("Street", "City", "Region", "Postal Code", "Country")
COMPACT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")
# What Apple writes where a birthday has no year.
NO_YEAR = 1604
KINDS = {"cell": "Mobile", "iphone": "Mobile", "fax": "Fax", "pager": "Pager", "work": "Work", "home": "Home"}
Row = dict[str, str]


def headings(cards: Iterable[Card]) -> list[str]:
    """Every column that some card fills; a first pass, as groups have to be counted."""
    used: Counter[str] = Counter()
    for card in cards:
        used.update(name for name, value in row_of(card).items() if value)
    groups = [
        f"{kind} {number} - {part}"
        for kind, parts in (("E-mail", ("Label", "Value")), ("Phone", ("Label", "Value")), ("Address", ADDRESS))
        for number in range(1, MOST_GROUPS + 1)
        for part in parts
        if any(used[f"{kind} {number} - {other}"] for other in parts)
    ]
    return [name for name in (*NAMES, *WORK, *groups, *REST) if used[name]] or ["Full Name"]


def row_of(card: Card) -> Row:
    """Values by heading."""
    row = {**_names(card), **_work(card)}
    for kind, name in (("E-mail", "EMAIL"), ("Phone", "TEL")):
        for number, one in enumerate(card.all(name)[:MOST_GROUPS], 1):
            row[f"{kind} {number} - Label"] = _label(one, card)
            row[f"{kind} {number} - Value"] = one.text.removeprefix("tel:").removeprefix("mailto:").strip()
    for number, one in enumerate(card.all("ADR")[:MOST_GROUPS], 1):
        row |= {f"Address {number} - {part}": text for part, text in zip(ADDRESS, _address(one), strict=True)}
    birthday, unclear = _birthday(_text(card, "BDAY"))
    notes = [*(one.text for one in card.all("NOTE")), f"Birthday: {unclear}" if unclear else ""]
    addresses = [one.text for one in (*card.all("URL"), *card.all("X-SOCIALPROFILE"))]
    linkedin = next((one for one in addresses if "linkedin.com/" in one), "")
    return row | {
        "Birthday": birthday,
        "Notes": "\n\n".join(filter(None, notes)),
        "Labels": ", ".join(",".join(one.parts) for one in card.all("CATEGORIES")),
        "Website": next((one for one in addresses if one != linkedin), ""),
        "LinkedIn": linkedin,
        "UID": _text(card, "UID").removeprefix("urn:uuid:")[:100],
    }


def _names(card: Card) -> Row:
    parts = card.first("N")
    last, first, middle, prefix, suffix = ([*parts.parts, *[""] * 5] if parts else [""] * 5)[:5]
    row = {
        "Name Prefix": prefix,
        "First Name": first,
        "Middle Name": middle,
        "Last Name": last,
        "Name Suffix": suffix,
        "Nickname": _text(card, "NICKNAME"),
    }
    row = {name: text.replace("\n", " ").strip() for name, text in row.items()}
    return row if first.strip() or last.strip() else {**row, "Full Name": _text(card, "FN")}


def _work(card: Card) -> Row:
    organisation = card.first("ORG")
    name, department = ([*organisation.parts, "", ""] if organisation else ["", ""])[:2]
    title = _text(card, "TITLE") or _text(card, "ROLE")
    return {"Organization Name": name, "Organization Department": department, "Organization Title": title}


def _text(card: Card, name: str) -> str:
    found = card.first(name)
    return found.text.strip() if found else ""


def _label(one: Property, card: Card) -> str:
    """A label of its own (`item1.X-ABLabel:Boat`), else the word for its kind."""
    for other in card.all("X-ABLABEL") if one.group else ():
        if other.group == one.group:
            return other.text.removeprefix("_$!<").removesuffix(">!$_")
    return next((label for kind, label in KINDS.items() if kind in one.types), "")


def _address(one: Property) -> Iterator[str]:
    """Box, further, street, city, region, code, country → the five that we know."""
    box, further, street, *rest = ([*one.parts, *[""] * 7])[:7]
    yield ", ".join(filter(None, (part.strip() for part in (street, further, box))))
    yield from (part.strip() for part in rest)


def _birthday(text: str) -> tuple[str, str]:
    """(ISO day, "") or, for one without a year or in words, ("", as it stands)."""
    day = COMPACT_DAY.sub(r"\1-\2-\3", text.partition("T")[0])
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return "", text
    return ("", f"--{found:%m-%d}") if found.year == NO_YEAR else (found.isoformat(), "")
