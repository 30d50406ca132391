"""A key on its way in: from the header to the live row with its person, checked on every request and never cached."""

from datetime import datetime
from typing import cast

from django.core.cache import cache
from django.http import HttpRequest

from accounts.actors import actor_for
from accounts.apikeys.decoys import refusal_of_unknown
from accounts.apikeys.errors import AddressRefused, InvalidApiKey, TwoCredentials
from accounts.apikeys.key_format import PREFIX, is_well_formed
from accounts.apikeys.networks import allows
from accounts.apikeys.peppers import current_pepper_id, digests
from accounts.models import ApiKey
from auditlog.models import Severity
from auditlog.security import security_event
from crm.core.actor import Actor, Origin
from crm.core.errors import CrmError

HEADER = "X-API-Key"
DOORS = ("/api/", "/mcp")
QUIET_SECONDS = 60


def presented_key(request: HttpRequest) -> str | None:
    """What stands in `Authorization: Bearer crm_live_…` or `X-API-Key`; None where no key was sent.

    Addresses and bodies are never looked at: they end in logs. Raises TwoCredentials.
    """
    if not request.path.startswith(DOORS):
        return None
    authorization, own = request.headers.get("Authorization"), request.headers.get(HEADER)
    if authorization is not None and own is not None:
        raise TwoCredentials()
    if own is not None:
        return own.strip()
    scheme, _, raw = (authorization or "").partition(" ")
    is_key = scheme.lower() == "bearer" and raw.strip().startswith(PREFIX)
    return raw.strip() if is_key else None


def key_for(text: str, origin: Origin, at: datetime) -> ApiKey:
    """The key with its person, role and team; one query, none for a typo. Raises InvalidApiKey, AddressRefused."""
    if not is_well_formed(text):
        raise InvalidApiKey()
    known = digests(text)
    key = ApiKey.objects.select_related("user__role", "team").filter(digest__in=known.values()).first()
    if key is None:
        raise refusal_of_unknown(known.values())
    if refusal := _refusal(key, origin, at):
        raise refusal
    if key.pepper_id != current_pepper_id():
        _hash_again(key, known[current_pepper_id()])
    return cast(ApiKey, key)


def actor_of_key(key: ApiKey, origin: Origin) -> Actor:
    """Role ∩ scopes of the key, in its one team where it has one. Costs one query, for the teams."""
    actor = actor_for(
        key.user,
        door="api",
        credential="key",
        scopes=key.usable_scopes,
        origin=origin,
        on_behalf_of=f"key:{key.name}",
    )
    return actor.within_team(key.team_id) if key.team_id else actor


def _refusal(key: ApiKey, origin: Origin, at: datetime) -> CrmError | None:
    if not key.is_live(at):
        _report("key.refused", Severity.MEDIUM, key, origin, key.state(at))
        return InvalidApiKey()
    if not allows(key.allowed_networks, origin.address):
        _report("key.refused_address", Severity.HIGH, key, origin, "address")
        return AddressRefused()
    return None


def _report(kind: str, severity: Severity, key: ApiKey, origin: Origin, reason: str) -> None:
    """Once a minute for the same key, address and reason, so that a script gone wild does not fill the table."""
    if cache.add(f"api-key-refused:{key.pk}:{reason}:{origin.address}", 1, QUIET_SECONDS):
        security_event(
            kind,
            severity,
            origin,
            person_id=key.user_id,
            person_label=str(key.user),
            team_id=key.team_id,
            key=str(key.pk),
            name=key.name,
            reason=reason,
        )


def _hash_again(key: ApiKey, digest: str) -> None:
    """Under the current pepper, so that a former one can leave the ring once nothing rests on it."""
    changes = {"digest": digest, "pepper_id": current_pepper_id()}
    ApiKey.objects.filter(pk=key.pk, pepper_id=key.pepper_id).update(**changes)
