"""Text that must be read back but not from the database alone: Fernet under settings.SECRET_ENCRYPTION_KEY.

The first key writes, every key of the ring reads, so that keys rotate (cryptography.io/en/latest/fernet).
"""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class Unreadable(ValueError):
    """Stored under a key that the ring no longer holds, or changed behind the application's back."""


def encrypt(text: str) -> str:
    return _ring(tuple(settings.SECRET_ENCRYPTION_KEY)).encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """Raises Unreadable."""
    try:
        return _ring(tuple(settings.SECRET_ENCRYPTION_KEY)).decrypt(stored.encode()).decode()
    except InvalidToken:
        raise Unreadable("The value was stored under a key that is not in SECRET_ENCRYPTION_KEY.") from None


def rotate(stored: str) -> str:
    """The same value under the newest key. Raises Unreadable."""
    return encrypt(decrypt(stored))


def is_current(stored: str) -> bool:
    """Is it under the newest key?"""
    try:
        _ring(tuple(settings.SECRET_ENCRYPTION_KEY[:1])).decrypt(stored.encode())
    except InvalidToken:
        return False
    return True


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class EncryptedTextField(models.TextField):
    """Readable in Python, Fernet in the database; an empty text stays empty. Cannot be searched or sorted."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else value
