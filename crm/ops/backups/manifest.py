"""What a backup is: written last, so that a backup without one is none, and signed with the key of the audit seals.

Whoever can write to the bucket could encrypt something else to our public keys; the signature is what they cannot make.
"""

import json
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature

from auditlog.proof import canonical, key_id
from auditlog.signing import public_keys, signing_key
from crm.ops.backups.errors import Damaged, NoSuchBackup
from crm.ops.backups.facts import Facts, rows_in
from crm.ops.backups.parts import Part
from crm.ops.backups.stores import Store

FORMAT = 1
MANIFEST = "manifest.json"
VERIFIED = "verified.json"
SETS = "sets/"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`at` is the moment of the snapshot; `files` says how many there are, of what size, and which part lists them."""

    name: str
    kind: str
    at: datetime
    vendor: str
    server: str
    parts: dict[str, Part]
    facts: Facts
    files: dict[str, Any]
    recipients: int
    seconds: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes that are kept of the database."""
        return sum(part.size for part in self.parts.values())

    @property
    def rows(self) -> int:
        return rows_in(self.facts) if self.facts else 0

    @property
    def is_encrypted(self) -> bool:
        return self.recipients > 0

    def to_json(self) -> bytes:
        content = {one.name: getattr(self, one.name) for one in fields(self)}
        content |= {"format": FORMAT, "at": self.at.isoformat(), "seconds": f"{self.seconds:.1f}"}
        content["parts"] = {role: part.as_line() for role, part in self.parts.items()}
        key = signing_key()
        signed = {"signature": key.sign(canonical(content)).hex(), "kid": key_id(key.public_key())}
        return json.dumps({**content, **signed}, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, text: bytes, *, trusting: bool = False) -> "Manifest":
        """Raises Damaged where it was changed or signed with a key that is not in the ring, unless it is trusted."""
        try:
            content = json.loads(text)
            signature, kid = bytes.fromhex(content.pop("signature")), content.pop("kid")
            if not trusting:
                _ensure_signed(content, signature, kid)
            if content.pop("format") != FORMAT:
                raise Damaged("The backup was written by another version of Vouch.")
            parts = {role: Part.of(line) for role, line in content.pop("parts").items()}
            at, seconds = datetime.fromisoformat(content.pop("at")), float(content.pop("seconds"))
            return cls(**content, parts=parts, at=at, seconds=seconds)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Damaged("The manifest cannot be read.") from None


def _ensure_signed(content: dict[str, Any], signature: bytes, kid: str) -> None:
    key = public_keys().get(kid)
    if key is None:
        raise Damaged("The manifest is signed with a key that is not in AUDIT_SIGNING_KEY.", code="backup_unknown_key")
    try:
        key.verify(signature, canonical(content))
    except InvalidSignature:
        raise Damaged("The manifest was changed since it was signed.") from None


def names_in(store: Store) -> list[str]:
    """Of whole backups, the newest first: their names begin with the moment they were made."""
    found = (kept.name for kept in store.names(SETS) if kept.name.endswith(f"/{MANIFEST}"))
    return sorted((name.removeprefix(SETS).removesuffix(f"/{MANIFEST}") for name in found), reverse=True)


def read(store: Store, name: str, *, trusting: bool = False) -> Manifest:
    """Raises NoSuchBackup, Damaged."""
    text = store.read(f"{SETS}{name}/{MANIFEST}")
    if text is None:
        raise NoSuchBackup(f"There is no backup {name}; `manage.py backup_list` shows those that there are.")
    return Manifest.from_json(text, trusting=trusting)


def read_verified(store: Store, name: str) -> dict[str, Any] | None:
    """When and how the backup was last verified; None for never."""
    text = store.read(f"{SETS}{name}/{VERIFIED}")
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found
