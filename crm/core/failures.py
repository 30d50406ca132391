"""Turns every exception into the one error shape: coded errors, Django's own, database outages, surprises."""

import sys
from collections.abc import Callable

import structlog
from django.core.exceptions import BadRequest as DjangoBadRequest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import DatabaseError, DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.multipartparser import MultiPartParserError

from crm.core.errors import BadRequest, Conflict, CrmError, Erased, Forbidden, NotFound, TooLarge, from_validation_error
from crm.core.responses import error_response

log = structlog.get_logger("crm.failures")


class Unavailable(CrmError):
    status, code, message = 503, "unavailable", "A part of the system is down. Try again in a moment."
    retry_after = 5


class InternalError(CrmError):
    status, code = 500, "internal_error"
    message = "Something went wrong on our side. Nothing was changed; the reference below finds the full story."


class OutOfRange(BadRequest):
    code, message = "out_of_range", "A number or a date is out of range."


class MethodNotAllowed(CrmError):
    status, code = 405, "method_not_allowed"
    message = "This address does not answer that method. If a form leads here, go back and send it again."


# The first match counts: RequestDataTooBig is a SuspiciousOperation, too.
COUNTERPARTS: tuple[tuple[type[BaseException], type[CrmError]], ...] = (
    (Http404, NotFound),
    (PermissionDenied, Forbidden),
    (RequestDataTooBig, TooLarge),
    (DjangoBadRequest, BadRequest),
    (SuspiciousOperation, BadRequest),
    (MultiPartParserError, BadRequest),
    (OverflowError, OutOfRange),
)


def as_crm_error(error: BaseException) -> CrmError | None:
    """The coded form of an exception, or None when it is a surprise that deserves a 500 and a log entry."""
    match error:
        case CrmError():
            return error
        case ValidationError():
            return from_validation_error(error)
        case DatabaseError():
            return _from_database(error)
    return next((coded() for kind, coded in COUNTERPARTS if isinstance(error, kind)), None)


def _from_database(error: DatabaseError) -> CrmError | None:
    """A rule only the database saw broken is a conflict, a value it cannot hold is 400, being away is 503."""
    if isinstance(error, IntegrityError):
        log.error("constraint_broken", exc_info=error)
        return Erased() if Erased.CONSTRAINT in str(error) else Conflict()
    if isinstance(error, DataError):
        log.error("value_out_of_range", exc_info=error)
        return OutOfRange()
    if isinstance(error, OperationalError):
        log.error("database_unavailable", exc_info=error)
        return Unavailable()
    return None


def surprise(error: BaseException) -> CrmError:
    log.error("unhandled_exception", exc_info=error)
    return InternalError()


class FailureMiddleware:
    """Answers for whatever a page view raises; DRF's handler does the same for the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Django's own refusal of a method has no content, which a browser shows as a fault of its own."""
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        refusal = error_response(request, MethodNotAllowed())
        refusal["Allow"] = response["Allow"]
        return refusal

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        return error_response(request, as_crm_error(error) or surprise(error))


class TooManyRequests(CrmError):
    status, code, message = 429, "too_many_requests", "Too many attempts. Wait a few minutes and try again."
    retry_after = 300


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """allauth's answer when a limit on sign-ins or resets is used up."""
    return error_response(request, TooManyRequests())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, as_crm_error(exception) or BadRequest())


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, NotFound())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, Forbidden())


def server_error(request: HttpRequest) -> HttpResponse:
    """For what a middleware raised, which is being handled: the database may be away before any view is asked."""
    error = sys.exc_info()[1]
    return error_response(request, (as_crm_error(error) if error else None) or InternalError())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = "The form has expired or was opened elsewhere. Reload the page and send it again."
    return error_response(request, Forbidden(message, code="csrf_failed"))
