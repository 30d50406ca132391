"""Coded errors: raised anywhere, shown once by the API handler or the page handler."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

Detail = dict[str, str]


class CrmError(Exception):
    """A refusal with a stable code, an HTTP status, a sentence for people and details per field.

    `retry_after` are the seconds after which it may go better; `template` is the page that tells people.
    """

    status = 400
    code = "bad_request"
    message = "The request cannot be understood."
    retry_after: int | None = None
    template = "errors/error.html"

    def __init__(
        self, message: str = "", *, code: str = "", status: int = 0, details: list[Detail] | None = None
    ) -> None:
        self.message = message or self.message
        self.code = code or self.code
        self.status = status or self.status
        self.details = details or []
        super().__init__(self.message)


class BadRequest(CrmError):
    pass


class Unauthenticated(CrmError):
    status, code, message = 401, "not_authenticated", "Sign in or send a valid token."


class Forbidden(CrmError):
    status, code, message = 403, "forbidden", "You are not allowed to do this."


class NotFound(CrmError):
    status, code, message = 404, "not_found", "There is nothing here, or you cannot see it."


class Conflict(CrmError):
    status, code, message = 409, "conflict", "This conflicts with what is stored."


class Stale(CrmError):
    status, code = 412, "stale_version"
    message = "Somebody changed this record in the meantime. Reload it and try again; nothing was overwritten."


class TooLarge(CrmError):
    status, code, message = 413, "too_large", "What you sent is too large."


class Invalid(CrmError):
    status, code, message = 422, "invalid", "Some values are not valid."


def invalid_field(field: str, message: str, code: str = "invalid") -> Invalid:
    return Invalid(details=[{"field": field, "code": code, "message": message}])


def from_validation_error(error: ValidationError) -> Invalid:
    """Django's validation errors in our shape."""
    by_field = error.error_dict.items() if hasattr(error, "error_dict") else [(NON_FIELD_ERRORS, error.error_list)]
    details = [_detail(field, one) for field, errors in by_field for one in errors]
    return Invalid(details=details)


def _detail(field: str, error: Any) -> Detail:
    name = "" if field == NON_FIELD_ERRORS else field
    return {"field": name, "code": error.code or "invalid", "message": " ".join(error.messages)}
