"""Rows under a digest whose personal columns may have to be erased: they enter it as a salted commitment."""

import hashlib
import json
import secrets
from typing import Any, ClassVar

from django.db import models

SALT_BYTES = 16


class Committed(models.Model):
    """`commitment` is SHA-256 over `salt` and the PERSONAL columns, as in the audit trail. An erasure blanks the salt
    and notes `erased_at`: what stood there can no longer be guessed, and the digest over the rest stays as it was.
    """

    salt = models.BinaryField(max_length=SALT_BYTES, default=b"", editable=False)
    commitment = models.CharField(max_length=64, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)

    PERSONAL: ClassVar[tuple[str, ...]]

    class Meta:
        abstract = True

    def commit(self) -> None:
        """From now on a change of a personal column shows."""
        self.salt, self.erased_at = secrets.token_bytes(SALT_BYTES), None
        self.commitment = self._committed()

    @property
    def keeps_its_word(self) -> bool:
        """False for an erased row, too, which has nothing to compare any more."""
        return bool(self.salt) and self.commitment == self._committed()

    def _committed(self) -> str:
        values: list[Any] = [getattr(self, name) for name in self.PERSONAL]
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(bytes(self.salt) + text.encode()).hexdigest()
