"""What a secret, an address or a URL must not be in production."""

import base64
from urllib.parse import unquote, urlsplit

from crm.core.signing_keys import load_signing_key, seed_of

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", "[::1]", "*", "testserver", ""}
SHORTEST_SECRET = 32
FEWEST_DISTINCT_CHARACTERS = 12
# Whoever finds the port tries these first.
KNOWN_PASSWORDS = {"postgres", "postgresql", "password", "passwd", "secret", "changeme", "change-me", "admin", "root"}
KNOWN_PASSWORDS |= {"vouch", "crm", "test", "example", "default", "123456", "12345678", "guest"}
ENCRYPTED = {"rediss", "smtps", "amqps"}


def is_plain_or_local(url: str) -> bool:
    return not url.startswith("https://") or (urlsplit(url).hostname or "") in LOCAL_HOSTS


def is_weak(secret: str) -> bool:
    """Short, repetitive, or one of ours that everybody can read."""
    too_plain = len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_DISTINCT_CHARACTERS
    return too_plain or "development-only" in secret or "insecure" in secret


def is_weak_backup_key(key: str) -> bool:
    """age's own keys are as long as they have to be; whatever else stands there is a secret like the others."""
    return not key.startswith(("age1", "AGE-SECRET-KEY-1")) and is_weak(key)


def is_weak_fernet_key(key: str) -> bool:
    """Not 32 bytes in URL-safe base64, repetitive, or the one of development."""
    try:
        decoded = base64.urlsafe_b64decode(key)
    except ValueError:
        return True
    return len(decoded) != 32 or _is_plain(decoded)


def is_weak_signing_key(text: str) -> bool:
    """Not an Ed25519 key, repetitive, or the one of development."""
    try:
        return _is_plain(seed_of(load_signing_key(text)))
    except ValueError:
        return True


def _is_plain(key: bytes) -> bool:
    return len(set(key)) < FEWEST_DISTINCT_CHARACTERS or b"development-only" in key


def is_plain_across_hosts(url: str, own_network: list[str]) -> bool:
    """Whether passwords and contents would cross a network in the clear. Sockets and this machine do not count."""
    parts = urlsplit(url)
    is_encrypted = parts.scheme in ENCRYPTED or (parts.scheme == "smtp" and "tls=" in parts.query)
    return not is_encrypted and (parts.hostname or "") not in {*LOCAL_HOSTS, *own_network} - {"*"}


def has_known_password(url: str) -> bool:
    """One that everybody tries first, or the name of the role or database again. None at all is another method's
    matter (a socket, a certificate, a password file)."""
    parts = urlsplit(url)
    password = unquote(parts.password or "").lower()
    names = {unquote(parts.username or "").lower(), parts.path.strip("/").lower()}
    return bool(password) and password in KNOWN_PASSWORDS | names


def key_material(key: str) -> str | bytes:
    """The same for one key however it is written: Fernet and Ed25519 keys are both 32 bytes in base64."""
    try:
        return base64.b64decode(key.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        return key
