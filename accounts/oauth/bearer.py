"""RFC 6750 bearer tokens, checked with one query and never cached, so that revocation acts at once."""

from accounts.models import AccessToken
from accounts.oauth.keyed_hash import checksum


def token_for(header: str) -> AccessToken | None:
    """The live token of an `Authorization: Bearer …` header with its user, role and application; else None."""
    scheme, _, raw = header.partition(" ")
    if scheme.lower() != "bearer" or not raw.strip():
        return None
    return AccessToken.objects.live().filter(token_checksum=checksum(raw.strip())).first()
