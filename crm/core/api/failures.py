"""DRF's exceptions in the one error shape."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework import exceptions

from crm.core.access import SAFE
from crm.core.errors import CrmError, Detail, Forbidden, Invalid, Merged, NotFound, Unauthenticated
from crm.core.failures import MethodNotAllowed, as_crm_error, surprise
from crm.core.former_ids import moved_to
from crm.core.responses import error_response


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse:
    request = context["request"]._request
    if isinstance(error, NotFound) and (into := _where_it_went(context)):
        error = Merged(into)
        if request.method in SAFE:
            return _redirect(request, context, error)
    response = error_response(request, coded(error, request) or surprise(error))
    if isinstance(error, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def _where_it_went(context: dict[str, Any]) -> UUID | None:
    """The id of the record that the one in the address was merged into, if the caller may see that one."""
    view, named = context["view"], context["kwargs"]
    model = getattr(view, "parent", None) if "parent_pk" in named else getattr(view, "merged_model", None)
    pk = named.get("parent_pk", named.get("pk"))
    return moved_to(view.actor, model, pk) if model and pk else None


def _redirect(request: Any, context: dict[str, Any], error: Merged) -> HttpResponse:
    """A reader is led on, to the same question about the other record; who writes has to name that one."""
    old = str(context["kwargs"].get("parent_pk", context["kwargs"].get("pk")))
    error.status = HTTPStatus.MOVED_PERMANENTLY
    response = error_response(request, error)
    response["Location"] = request.get_full_path().replace(old, str(error.into), 1)
    return response


def coded(error: Exception, request: Any) -> CrmError | None:
    """The coded form of whatever a view or service raised; None for a surprise."""
    return as_crm_error(error) or _from_drf(error, request)


def _from_drf(error: Exception, request: Any) -> CrmError | None:
    match error:
        case exceptions.ValidationError():
            return Invalid(details=list(flatten(error.detail, error.get_codes())))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return request.credential_error or Unauthenticated()
        case exceptions.PermissionDenied():
            is_csrf = str(error.detail).startswith("CSRF")
            return Forbidden(str(error.detail), code="csrf_failed") if is_csrf else Forbidden()
        case exceptions.MethodNotAllowed():
            return MethodNotAllowed()
        case exceptions.APIException():
            return CrmError(str(error.detail), code=error.default_code, status=error.status_code)
    return None


def flatten(detail: Any, codes: Any, path: str = "") -> list[Detail]:
    """Nested DRF errors as one list; `field` is a dotted path such as `labels.0`."""
    if isinstance(detail, dict):
        pairs = [(f"{path}.{name}".strip("."), inner, codes[name]) for name, inner in detail.items()]
    elif isinstance(detail, list):
        pairs = [(path, inner, code) for inner, code in zip(detail, codes, strict=True)]
    else:
        return [{"field": path.removesuffix("non_field_errors").strip("."), "code": str(codes), "message": str(detail)}]
    return [one for name, inner, code in pairs for one in flatten(inner, code, name)]
