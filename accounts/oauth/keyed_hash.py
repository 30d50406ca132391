"""Model fields that keep only HMAC-SHA256(key, value): what was issued can be recognised and never read back.

The first key of settings.OAUTH2_ENCRYPTION_KEY writes, every key of the ring finds, so that keys rotate
without a data migration. Values are random tokens of 128 bits and more: no salt and no slow hash are needed.
"""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.lookups import In
from oauth2_provider.models import TokenChecksumField


class StoredHash(str):
    """A value as it came from the database: already hashed."""


def keyed_hashes(value: str) -> list[StoredHash]:
    """The forms `value` may be stored in, the current key's first."""
    if isinstance(value, StoredHash):
        return [value]
    message = value.encode()
    ring = [key.encode() for key in settings.OAUTH2_ENCRYPTION_KEY]
    return [StoredHash(hmac.new(key, message, hashlib.sha256).hexdigest()) for key in ring]


def matches(presented: str, stored: str) -> bool:
    """Constant-time comparison of a readable value with a stored hash."""
    return any(hmac.compare_digest(candidate, stored) for candidate in keyed_hashes(presented))


class _KeyedHash:
    """Mixin for a CharField of 64 characters. `key_ring` tells crm.ops which keys its rows rest on."""

    key_ring = "OAUTH2_ENCRYPTION_KEY"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> StoredHash | None:
        return None if value is None else StoredHash(value)

    def get_prep_value(self, value: Any) -> Any:
        return keyed_hashes(value)[0] if value else value


class KeyedHashField(_KeyedHash, models.CharField):
    pass


class KeyedChecksumField(_KeyedHash, TokenChecksumField):
    """The library fills it with the token's SHA-256; the key is put on top on the way to the database."""


@KeyedChecksumField.register_lookup
@KeyedHashField.register_lookup
class KeyedExact(In):
    """`field = value` as `field IN (hash under each key)`."""

    lookup_name = "exact"

    def __init__(self, lhs: Any, rhs: str) -> None:
        super().__init__(lhs, keyed_hashes(rhs))


def checksum(token: str) -> str:
    """What the library stores of a token, before the key."""
    return hashlib.sha256(token.encode()).hexdigest()
