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


class Erased(Conflict):
    """CONSTRAINT ends the names of those that keep an erased row blank (crm/core/erasable.py)."""

    CONSTRAINT = "stays_blank"
    code = "erased"
    message = "This person was erased on request, and nothing can be written back. If they came back, add them anew."


class Stale(CrmError):
    status, code = 412, "stale_version"
    message = "Somebody changed this record in the meantime. Reload it and try again; nothing was overwritten."


class TooLarge(CrmError):
    status, code, message = 413, "too_large", "What you sent is too large."


class Invalid(CrmError):
    status, code, message = 422, "invalid", "Some values are not valid."


class Merged(CrmError):
    """`details` name the record that took its place."""

    status, code, message = 410, "merged", "This record was merged into another one. Use that one's id from now on."

    def __init__(self, into: Any) -> None:
        self.into = into
        super().__init__(details=[{"field": "merged_into", "code": "merged_into", "message": str(into)}])


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
