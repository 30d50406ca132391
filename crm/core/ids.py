"""Record ids: UUIDv7 (RFC 9562), so that ids sort by time and say nothing about how many there are."""

import uuid
from datetime import datetime

from uuid_utils import compat


def uuid7() -> uuid.UUID:
    return compat.uuid7()


def first_of(at: datetime) -> uuid.UUID:
    """The smallest id that can have been made at this moment or later."""
    return uuid.UUID(int=(int(at.timestamp() * 1000) << 80) | (0x7 << 76) | (0b10 << 62))
