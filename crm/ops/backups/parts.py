"""One file of a backup: encrypted, with the digest of what is kept and of what it was before."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyrage

from crm.ops.backups.errors import BackupError, Damaged, NoKey
from crm.ops.backups.keys import Identity, Recipient

PARTIAL = ".partial"
ENCRYPTED = ".age"
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """`name` within the backup; sizes in bytes, digests SHA-256 in hexadecimal, of what is kept and of its content."""

    name: str
    size: int
    sha256: str
    content_size: int
    content_sha256: str

    @classmethod
    def of(cls, line: dict[str, Any]) -> "Part":
        return cls(**line)

    def as_line(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_encrypted(self) -> bool:
        return self.name.endswith(ENCRYPTED)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def flush(path: Path) -> None:
    """To the disk, file or folder, before anybody is told that it is there."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """A name to write to, which becomes `path` once all is on the disk; whatever goes wrong, nothing stays."""
    partial = path.with_name(path.name + PARTIAL)
    partial.unlink(missing_ok=True)
    try:
        yield partial
        flush(partial)
        partial.rename(path)
        flush(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def encrypt(content: Path, to: list[Recipient]) -> Part:
    """Leaves an encrypted file in place of an open one, or the open one where there is nobody to encrypt for."""
    size, sha256 = content.stat().st_size, digest(content)
    if not to:
        return Part(content.name, size, sha256, size, sha256)
    kept = content.with_name(content.name + ENCRYPTED)
    with unfinished(kept) as partial:
        _encrypt_file(content, partial, to)
    content.unlink()
    return Part(kept.name, kept.stat().st_size, digest(kept), size, sha256)


def decrypt(kept: Path, part: Part, target: Path, by: list[Identity]) -> Path:
    """The content of a part, checked twice: as it was kept and as it was before. Never half of it under its name.

    Raises Damaged, NoKey.
    """
    check_kept(kept, part)
    with unfinished(target) as partial:
        if part.is_encrypted:
            decrypt_file(kept, partial, by)
        else:
            os.link(kept, partial)
        if digest(partial) != part.content_sha256:
            raise Damaged(f"{part.name} holds another content than the one that was backed up.")
    return target


def check_kept(kept: Path, part: Part) -> None:
    """Raises Damaged for what is shorter, longer or otherwise not what was written."""
    size = kept.stat().st_size
    if size != part.size:
        raise Damaged(f"{part.name} has {size} bytes where {part.size} were written.")
    if digest(kept) != part.sha256:
        raise Damaged(f"{part.name} does not have the checksum that it was written with.")


def _encrypt_file(content: Path, target: Path, to: list[Recipient]) -> None:
    try:
        pyrage.encrypt_file(str(content), str(target), to)
    except pyrage.EncryptError as error:
        raise BackupError(f"{content.name} cannot be encrypted: {error}") from None


def decrypt_file(kept: Path, target: Path, by: list[Identity]) -> None:
    if not by:
        raise NoKey()
    try:
        pyrage.decrypt_file(str(kept), str(target), by)
    except pyrage.DecryptError as error:
        if "no matching" in str(error).lower():
            raise NoKey() from None
        raise Damaged(f"{kept.name} cannot be decrypted: {error}") from None
    except OSError as error:
        if error.errno is not None:
            raise
        # The library tells of a broken block without a number.
        raise Damaged(f"{kept.name} cannot be decrypted: {error}") from None
