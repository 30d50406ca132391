"""Why a key, or a request about keys, is refused."""

from typing import Any

from crm.core.errors import BadRequest, Conflict, CrmError, Forbidden


class InvalidApiKey(CrmError):
    status, code, message = 401, "invalid_api_key", "The API key is not valid, has expired or was revoked."


class DecoyPresented(InvalidApiKey):
    """Answered like any key that is not valid; `key` is the decoy."""

    def __init__(self, key: Any) -> None:
        super().__init__()
        self.key = key


class AddressRefused(Forbidden):
    code, message = "key_address_refused", "The API key may not be used from this network address."


class TwoCredentials(BadRequest):
    code, message = "two_credentials", "Send one credential: either Authorization or X-API-Key."


class NotByKey(Forbidden):
    code, message = "not_by_key", "An API key cannot manage API keys. Sign in, or use an OAuth token."


class BeyondOwnGrants(Forbidden):
    code = "beyond_own_grants"


class AlreadyRotated(Conflict):
    code, message = "already_rotated", "This key was rotated before. Rotate its successor."


class KeyEnded(Conflict):
    code, message = "key_ended", "This key has expired or was revoked. Create a new one."
