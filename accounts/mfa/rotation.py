"""Seeds of TOTP and recovery codes lie in `mfa_authenticator.data` as Fernet texts; a new key takes them over here."""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from crm.core.encryption import rotate

BATCH = 200


def reencrypt_all(batch: int = BATCH) -> Iterator[int]:
    """Yields how many factors each batch, in a transaction of its own, put under the newest key.

    Raises encryption.Unreadable; what was done before stays done. Running it again does no harm.
    """
    last = 0
    while (rotated := _next(last, batch)) is not None:
        last, count = rotated
        yield count


@transaction.atomic
def _next(after: int, batch: int) -> tuple[int, int] | None:
    rows = Authenticator.objects.select_for_update().filter(pk__gt=after).exclude(type=Authenticator.Type.WEBAUTHN)
    factors = list(rows.order_by("pk")[:batch])
    for factor in factors:
        factor.data = _rotated(factor.data)
        factor.save(update_fields=["data"])
    return (factors[-1].pk, len(factors)) if factors else None


def _rotated(data: dict[str, Any]) -> dict[str, Any]:
    return {name: rotate(value) if name in ("secret", "seed") else value for name, value in data.items()}
