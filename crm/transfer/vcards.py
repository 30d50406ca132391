"""vCards 2.1, 3.0 and 4.0 as their properties: folded, quoted-printable, in foreign charsets, many in a file."""

import codecs
import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

from crm.transfer.errors import FileRefused

LONGEST_PROPERTY = 200_000
MOST_PROPERTIES = 1_000
# Pictures, sounds and keys are no part of a record; their length does not matter.
MEDIA = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
CHARSETS_OF_OLD = {"WINDOWS-1252": "cp1252", "ANSI": "cp1252"}
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# Up to the first colon that is not between quotation marks.
COLON = re.compile(rb'(?:[^":]|"[^"]*")*?:')
GAP = re.compile(r"(?<!\\)((?:\\\\)*);")
ASKED = "The encoding of this file cannot be told. Choose it and upload the file again."


@dataclass(frozen=True, slots=True)
class Property:
    """`EMAIL;TYPE=work,pref:a@x.example` → EMAIL, {work, pref}, "a@x.example"; `parts` are those between `;`."""

    name: str
    types: frozenset[str]
    parts: list[str]
    group: str = ""

    @property
    def text(self) -> str:
        return ";".join(self.parts)


@dataclass(slots=True)
class Card:
    """`media` counts what is left out; `is_old` is version 2.1, which escapes otherwise."""

    properties: list[Property] = field(default_factory=list)
    media: int = 0
    is_old: bool = False

    def all(self, name: str) -> list[Property]:
        """The preferred first, else as they stand."""
        found = [one for one in self.properties if one.name == name]
        return sorted(found, key=lambda one: "pref" not in one.types)

    def first(self, name: str) -> Property | None:
        return next(iter(self.all(name)), None)


def is_vcard(start: bytes) -> bool:
    for bom, name in UTF16.items():
        if start.startswith(bom):
            start = start[2:].decode(name, "replace").encode()
    return start.removeprefix(codecs.BOM_UTF8).lstrip()[:11].upper() == b"BEGIN:VCARD"


def read_cards(file: IO[bytes], encoding: str = "") -> Iterator[Card]:
    """`encoding` is a person's choice for what is neither UTF-8 nor says its charset. Raises FileRefused."""
    card = None
    for number, line in _logical_lines(_lines(file)):
        name, options, value = _split(line)
        if (name == "BEGIN") == (card is not None):
            message = "a card begins inside another." if card else "this belongs to no card."
            raise FileRefused(f"Line {number}: {message}", "damaged_card")
        if card is None:
            card = Card()
        elif name == "END":
            yield card
            card = None
        else:
            _add(card, number, name, options, value, encoding)
    if card is not None:
        raise FileRefused("The last card has no end: the file is cut off.", "damaged_card")


def _add(card: Card, number: int, name: str, options: dict[str, list[str]], value: bytes, encoding: str) -> None:
    group, _, name = name.rpartition(".")
    if name == "VERSION":
        card.is_old = value.strip() == b"2.1"
    elif name in MEDIA:
        card.media += 1
    else:
        text = _decoded(value, options, encoding)
        card.properties.append(_property(group, name, options, text, card.is_old))
        if len(card.properties) > MOST_PROPERTIES:
            raise FileRefused(f"Line {number}: over {MOST_PROPERTIES} entries in a card.", "damaged_card")


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    start = file.read(3)
    file.seek(0)
    encoding = next((name for bom, name in UTF16.items() if start.startswith(bom)), "")
    if encoding:
        text = codecs.getreader(encoding)(file, "replace")
        yield from (line.lstrip("\ufeff").encode() for line in text)
        return
    while line := file.readline(LONGEST_PROPERTY):
        yield line.removeprefix(codecs.BOM_UTF8)


def _logical_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """With the number of the line where each begins; folds and soft breaks are closed."""
    begun, held, is_cut = 1, b"", False
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip(b"\r\n")
        if is_cut or (held and line[:1] in (b" ", b"\t")):
            held = _longer(held, line if is_cut else line[1:], begun)
        elif _is_soft_broken(held) and not line.upper().startswith(b"END:VCARD"):
            held = _longer(held[:-1], line, begun)
        else:
            if held.strip():
                yield begun, held
            begun, held = number, line
        is_cut = not raw.endswith((b"\n", b"\r")) and len(raw) >= LONGEST_PROPERTY
    if held.strip():
        yield begun, held


def _longer(held: bytes, more: bytes, begun: int) -> bytes:
    if len(held) + len(more) <= LONGEST_PROPERTY:
        return held + more
    if _split(held)[0].rpartition(".")[2] not in MEDIA:
        raise FileRefused(f"Line {begun} is longer than {LONGEST_PROPERTY:,} bytes.", "row_too_large")
    return held


def _is_soft_broken(held: bytes) -> bool:
    return held.endswith(b"=") and b"QUOTED-PRINTABLE" in held.partition(b":")[0].upper()


def _split(line: bytes) -> tuple[str, dict[str, list[str]], bytes]:
    """Name, parameters by name in capitals (bare ones of 2.1 as TYPE or ENCODING), and the raw value."""
    match = COLON.match(line)
    if match is None:
        return "", {}, line
    end = match.end() - 1
    name, *parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', line[:end].decode("ascii", "replace"))
    options: dict[str, list[str]] = {}
    for part in parts:
        key, has_value, value = part.partition("=")
        if not has_value:
            key, value = ("ENCODING" if key.upper() in ("QUOTED-PRINTABLE", "BASE64") else "TYPE"), key
        options.setdefault(key.upper(), []).extend(value.replace('"', "").split(","))
    return name.strip().upper(), options, line[end + 1 :]


def _decoded(value: bytes, options: dict[str, list[str]], encoding: str) -> str:
    if "QUOTED-PRINTABLE" in map(str.upper, options.get("ENCODING", [])):
        value = quopri.decodestring(value)
    named = options.get("CHARSET", [""])[0]
    try:
        if named:
            return value.decode(CHARSETS_OF_OLD.get(named.upper(), named))
        return value.decode("utf-8")
    except LookupError:
        raise FileRefused(f"The charset {named[:40]} is not known.", "unknown_encoding") from None
    except UnicodeDecodeError:
        if named or not encoding:
            raise FileRefused(ASKED, "unknown_encoding") from None
        return value.decode(encoding, "replace")


def _property(group: str, name: str, options: dict[str, list[str]], value: str, is_old: bool) -> Property:
    types = {one.strip().lower() for one in options.get("TYPE", [])}
    if "PREF" in options:
        types.add("pref")
    parts = [before + gap for before, gap in _between(value)]
    unescape = _unescaped_old if is_old else _unescaped
    return Property(name, frozenset(types), [unescape(part) for part in parts], group)


def _between(value: str) -> Iterator[tuple[str, str]]:
    """The texts between semicolons that no backslash takes as they are."""
    start = 0
    for match in GAP.finditer(value):
        yield value[start : match.start()], match[1]
        start = match.end()
    yield value[start:], ""


def _unescaped(text: str) -> str:
    return ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)


def _unescaped_old(text: str) -> str:
    """2.1 knows no more than `\\;`; a lone backslash is one."""
    return text.replace("\\;", ";").replace("\r\n", "\n")
