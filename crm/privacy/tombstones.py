"""How an erased person is known again without anything personal being kept: keyed hashes of ids and addresses.

The key is derived from SECRET_KEY; what was hashed under a key that is among SECRET_KEY_FALLBACKS is still found.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TextIO

import structlog
from django.conf import settings

from auditlog.leaves import iso
from crm.privacy.identifiers import Identifiers
from crm.privacy.models import ErasedHash, Erasure
from crm.privacy.subjects import KINDS, kind_of
from crm.transfer.drafts import Draft

log = structlog.get_logger("vouch.privacy")
PURPOSE = b"crm.privacy.tombstone\0"


def hashed(kind: str, value: Any, secret: str | None = None) -> str:
    return hmac.digest(_key(secret or settings.SECRET_KEY), f"{kind}\0{str(value).casefold()}".encode(), "sha256").hex()


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(PURPOSE + secret.encode()).digest()


def every_hash(kind: str, value: Any) -> list[str]:
    """Under the present key and the former ones."""
    return [hashed(kind, value, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def hashes_of(subjects: Iterable[Any], found: Identifiers) -> list[str]:
    ids = (hashed(kind_of(subject), subject.pk) for subject in subjects)
    emails = (hashed("email", email) for email in found.emails)
    phones = (hashed("phone", phone) for phone in found.phones)
    return sorted({*ids, *emails, *phones})


def tombstone_of(erasure: Erasure) -> dict[str, Any]:
    """One line of what is kept outside the database, too."""
    hashes = sorted(erasure.hashes.values_list("hash", flat=True))
    return {"event": "erasure", "id": str(erasure.pk), "at": iso(erasure.at), "hashes": hashes}


def publish(erasure: Erasure) -> None:
    """To the log stream, which outlives a database that is lost with its own tombstones."""
    line = tombstone_of(erasure)
    log.info(line.pop("event"), **line)


def read_tombstones(lines: TextIO) -> Iterator[str]:
    """The hashes in a file of tombstones, or of log lines among which some are tombstones."""
    for line in lines:
        content = json.loads(line) if line.lstrip().startswith("{") else {}
        if content.get("event") == "erasure":
            yield from content["hashes"]


def known_hashes() -> set[str]:
    return set(ErasedHash.objects.values_list("hash", flat=True))


def note_erased(drafts: Sequence[Draft]) -> None:
    """Says on rows of an import that the person once asked to be erased; by one query for all of them."""
    if not ErasedHash.objects.exists():
        return
    by_hash = {
        one: draft for draft in drafts if (email := draft.values.get("email")) for one in every_hash("email", email)
    }
    for one in ErasedHash.objects.filter(hash__in=by_hash).values_list("hash", flat=True):
        by_hash[one].note("This person asked to be erased. Keep them only if they came back.", "was_erased", "email")


def is_of_erased(email: str) -> bool:
    return ErasedHash.objects.filter(hash__in=every_hash("email", email)).exists()


def back_again(hashes: set[str]) -> Iterator[tuple[str, Any]]:
    """(kind, id) of records that were erased once and are there, which one hash per record tells."""
    for kind, model in KINDS.items():
        for pk in model._base_manager.values_list("pk", flat=True).iterator(chunk_size=5000):
            if hashes.intersection(every_hash(kind, pk)):
                yield kind, pk
