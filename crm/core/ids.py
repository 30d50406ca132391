"""Record ids: UUIDv7 (RFC 9562), so that ids sort by time and say nothing about how many there are."""

import uuid

from uuid_utils import compat


def uuid7() -> uuid.UUID:
    return compat.uuid7()
