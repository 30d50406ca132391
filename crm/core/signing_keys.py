"""Ed25519 keys (RFC 8032) as the environment holds them: a PEM of PKCS #8, or the 32 bytes of the seed in base64."""

import base64

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def load_signing_key(text: str) -> Ed25519PrivateKey:
    """Raises ValueError for anything else."""
    if not text.startswith("-----BEGIN"):
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
    key = serialization.load_pem_private_key(text.encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("not an Ed25519 key")
    return key


def seed_of(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())


def public_pem(key: Ed25519PrivateKey) -> str:
    encoded = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return encoded.decode()
