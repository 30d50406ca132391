"""The key ring of the seals: the first key of settings.AUDIT_SIGNING_KEY signs, all of them verify."""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from auditlog.proof import Keys, key_id
from crm.core.signing_keys import load_signing_key, public_pem


def signing_key() -> Ed25519PrivateKey:
    return _ring(tuple(settings.AUDIT_SIGNING_KEY))[0]


def public_keys() -> Keys:
    keys = (key.public_key() for key in _ring(tuple(settings.AUDIT_SIGNING_KEY)))
    return {key_id(key): key for key in keys}


def public_pems() -> dict[str, str]:
    """By key id, for whoever verifies from outside."""
    ring = _ring(tuple(settings.AUDIT_SIGNING_KEY))
    return {key_id(key.public_key()): public_pem(key) for key in ring}


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> list[Ed25519PrivateKey]:
    return [load_signing_key(key) for key in keys]
