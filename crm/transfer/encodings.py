"""Which characters the bytes of a file mean: known for certain, or a proposal that a person confirms."""

import codecs
import re
from dataclasses import dataclass
from typing import IO

from crm.transfer.errors import FileRefused

OFFERED: tuple[tuple[str, str], ...] = (
    ("utf-8", "UTF-8"),
    ("utf-16-le", "UTF-16 (little endian)"),
    ("utf-16-be", "UTF-16 (big endian)"),
    ("cp1252", "Windows-1252 (Western Europe, Americas)"),
    ("cp1250", "Windows-1250 (Central Europe)"),
    ("cp1251", "Windows-1251 (Cyrillic)"),
    ("iso8859-15", "ISO 8859-15 (Western Europe)"),
    ("mac_roman", "Mac Roman"),
)
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# No encoding of one byte a character has these in a text.
NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
BLOCK = 1 << 20
FALLBACK = "cp1252"


@dataclass(frozen=True, slots=True)
class Encoding:
    """`certain` is false where the bytes allow several readings: then a person chooses, `name` is the proposal."""

    name: str
    certain: bool


def detect_encoding(file: IO[bytes]) -> Encoding:
    """Reads the whole file in blocks. Raises FileRefused (`empty_file`, `not_text`)."""
    file.seek(0)
    start = file.read(4096)
    if not start:
        raise FileRefused("The file is empty.", "empty_file")
    marked = next((name for bom, name in BOMS if start.startswith(bom)), "")
    if name := marked or _without_bom(start):
        if not _decodes(file, name):
            raise FileRefused("The file begins like text but is damaged further on.", "not_text")
        return Encoding(name, certain=bool(marked))
    if _decodes(file, "utf-8"):
        return Encoding("utf-8", certain=True)
    if NOT_TEXT.search(start):
        raise FileRefused("This file is not text: no encoding has such bytes.", "not_text")
    return Encoding(FALLBACK, certain=False)


def _without_bom(start: bytes) -> str:
    """UTF-16 without its mark: every other byte of mostly Latin text is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if half and odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if half and even > half * 0.4 and odd < half * 0.05 else ""


def _decodes(file: IO[bytes], name: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(name)()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
