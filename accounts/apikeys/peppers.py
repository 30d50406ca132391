"""What the database keeps of a key: HMAC-SHA256(pepper, key), and which pepper of the ring made it.

The first pepper of settings.API_KEY_PEPPER writes, every one finds, so that peppers rotate without a data migration.
"""

import hashlib
import hmac

from django.conf import settings


def digests(key: str) -> dict[str, str]:
    """Id of each pepper → the digest it makes of `key`, the current pepper first."""
    return {pepper_id(pepper): _hmac(pepper, key) for pepper in settings.API_KEY_PEPPER}


def current_digest(key: str) -> tuple[str, str]:
    """(id of the current pepper, digest)."""
    pepper = settings.API_KEY_PEPPER[0]
    return pepper_id(pepper), _hmac(pepper, key)


def current_pepper_id() -> str:
    return pepper_id(settings.API_KEY_PEPPER[0])


def pepper_id(pepper: str) -> str:
    """Names a pepper without telling it, wherever it stands in the ring."""
    return _hmac(pepper, "id of this pepper")[:12]


def _hmac(pepper: str, message: str) -> str:
    return hmac.new(pepper.encode(), message.encode(), hashlib.sha256).hexdigest()
