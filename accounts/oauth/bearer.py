"""RFC 6750 bearer tokens, checked with one query and never cached, so that revocation acts at once."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import AccessToken, TokenFamily
from accounts.oauth.keyed_hash import checksum
from crm.core.actor import Origin

USE_IS_NOTED_EVERY = timedelta(minutes=1)


def token_for(header: str) -> AccessToken | None:
    """The live token of an `Authorization: Bearer …` header with its user, role and application; else None."""
    scheme, _, raw = header.partition(" ")
    if scheme.lower() != "bearer" or not raw.strip():
        return None
    return AccessToken.objects.live().filter(token_checksum=checksum(raw.strip())).first()


def note_use(family: TokenFamily, origin: Origin) -> None:
    """When and from where it was last used, written at most once a minute."""
    now = timezone.now()
    if now - family.last_used_at >= USE_IS_NOTED_EVERY:
        TokenFamily.objects.filter(pk=family.pk).update(last_used_at=now, last_address=origin.address)
