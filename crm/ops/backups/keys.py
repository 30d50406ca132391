"""Who can open a backup: age recipients and identities (https://age-encryption.org/v1), as the environment names them.

BACKUP_ENCRYPTION_KEY holds `age1…` (public: this machine can write backups and cannot read them), `AGE-SECRET-KEY-1…`,
or any other secret, of which an identity is derived (ADR 74). BACKUP_DECRYPTION_KEY holds what only reading needs.
"""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from pyrage import IdentityError, RecipientError
from pyrage.x25519 import Identity, Recipient

from crm.ops.backups.bech32 import bech32
from crm.ops.backups.errors import BackupError, NotEncrypted

PUBLIC, PRIVATE = "age1", "AGE-SECRET-KEY-1"
PURPOSE = b"vouch backup identity 1"


def recipients() -> list[Recipient]:
    """For all of whom everything is encrypted; none outside production means that it is not.

    Raises NotEncrypted, BackupError for a key that is none.
    """
    found = [_recipient(one) for one in settings.BACKUP_ENCRYPTION_KEY]
    if settings.PRODUCTION and not found:
        raise NotEncrypted()
    return found


def identities() -> list[Identity]:
    """Those that this machine has; of a public key it has none."""
    ring = (*settings.BACKUP_DECRYPTION_KEY, *settings.BACKUP_ENCRYPTION_KEY)
    return [_identity(one) for one in ring if not one.startswith(PUBLIC)]


def can_open() -> bool:
    """What this machine writes; with a public key alone it is not meant to."""
    return bool(identities() or not settings.BACKUP_ENCRYPTION_KEY)


def _recipient(key: str) -> Recipient:
    if not key.startswith(PUBLIC):
        return _identity(key).to_public()
    try:
        return Recipient.from_str(key)
    except RecipientError:
        raise BackupError("A key in BACKUP_ENCRYPTION_KEY begins with age1 and is no age recipient.") from None


def _identity(key: str) -> Identity:
    text = key if key.startswith(PRIVATE) else derived(key)
    try:
        return Identity.from_str(text)
    except IdentityError:
        raise BackupError("A backup key begins with AGE-SECRET-KEY-1 and is no age identity.") from None


def derived(secret: str) -> str:
    """The identity of a secret that is long and random (RFC 5869), so that `age -d` reads its backups, too."""
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return bech32("age-secret-key-", seed).upper()


def new_identity() -> tuple[str, str]:
    """(identity, its recipient)."""
    made = Identity.generate()
    return str(made), str(made.to_public())
