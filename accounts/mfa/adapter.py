"""What allauth asks of us for second factors: names, and seeds that only SECRET_ENCRYPTION_KEY can read."""

from typing import Any, ClassVar

from allauth.mfa.adapter import DefaultMFAAdapter

from crm.core import encryption

ISSUER = "Vouch"


class MFAAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That did not work. Try again with a fresh code.",
        "incorrect_passkey": "That passkey did not work. Try again, or use another way to sign in.",
        "too_many_codes": "Too many wrong codes. Wait a few minutes, or use a passkey.",
    }

    def get_totp_issuer(self) -> str:
        return ISSUER

    def _get_site_name(self) -> str:
        return ISSUER

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises encryption.Unreadable."""
        return encryption.decrypt(encrypted_text)
