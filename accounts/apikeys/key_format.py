"""The shape of a key: `crm_live_`, 40 random characters, 6 of their CRC32. A typo is seen without asking the database.

The checksum is made as GitHub makes it for its tokens: CRC32 of the random part, base 62, filled up with zeros.
"""

import re
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
PREFIX = "crm_live_"
RANDOM_LENGTH = 40
CHECKSUM_LENGTH = 6
SHAPE = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{RANDOM_LENGTH}}})([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})")


def new_key() -> str:
    """238 random bits: no salt and no slow hash are needed to keep it."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return f"{PREFIX}{body}{checksum(body)}"


def checksum(body: str) -> str:
    rest, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def is_well_formed(text: str) -> bool:
    found = SHAPE.fullmatch(text)
    return found is not None and checksum(found[1]) == found[2]


def hint_of(key: str) -> str:
    """The last four characters, by which people tell their keys apart; they belong to the checksum."""
    return key[-4:]
