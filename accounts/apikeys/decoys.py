"""Decoy keys: made, taken back, and recognised. To who presents one it is any key that is not valid."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.db import transaction

from accounts.apikeys.errors import DecoyPresented, InvalidApiKey
from accounts.apikeys.key_format import hint_of, new_key
from accounts.apikeys.peppers import current_digest, current_pepper_id
from accounts.models import DecoyKey
from auditlog import writes
from auditlog.honeypots.traps import KEY_USED, spring
from auditlog.services import record, snapshot
from crm.core.actor import ANONYMOUS, Actor, Origin
from crm.core.changes import ensure_may, validate_record
from crm.core.later import later
from crm.core.requests import CrmRequest, origin_of


@transaction.atomic
def decoy_key_mint(actor: Actor, *, name: str, place: str = "") -> tuple[DecoyKey, str]:
    """The row and the key, readable this once; `place` says where it is left. Raises Forbidden, Invalid."""
    secret = new_key()
    pepper, digest = current_digest(secret)
    key = DecoyKey(name=name.strip(), place=place.strip(), digest=digest, pepper_id=pepper, hint=hint_of(secret))
    key.created_by = actor.label[:255]
    ensure_may(actor, "security:manage", key)
    validate_record(key, actor)
    key.save(force_insert=True)
    record(actor, "decoy_keys.created", key, snapshot(key))
    return key, secret


def decoy_key_delete(actor: Actor, pk: UUID | str) -> None:
    """Its use is an unknown key's from then on. Raises NotFound, Forbidden."""
    writes.delete(DecoyKey, actor, pk)


def refusal_of_unknown(digests: Iterable[str]) -> InvalidApiKey:
    """For a key that no row knows, decoy or not: one query."""
    key = DecoyKey.objects.filter(digest__in=list(digests)).first()
    return DecoyPresented(key) if key else InvalidApiKey()


def report_decoy(request: CrmRequest) -> None:
    """After the answer and beside it, so that neither its content nor the time it takes tells anything."""
    if isinstance(refusal := request.credential_error, DecoyPresented):
        later(partial(_report, refusal.key, origin_of(request)))


def _report(key: DecoyKey, origin: Origin) -> None:
    visitor: Actor = replace(ANONYMOUS, door="api", origin=origin)
    spring(KEY_USED, visitor, f"Used the decoy key {key.name}", key=str(key.pk), name=key.name, place=key.place)


def decoys_on_former_peppers() -> int:
    """Decoys that would no longer be recognised if only the newest pepper were left."""
    return int(DecoyKey.objects.exclude(pepper_id=current_pepper_id()).count())
