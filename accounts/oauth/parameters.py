"""Reads what a client sends, once and strictly; everything after works on plain, clean strings."""

import base64
import binascii
import json
from typing import Any
from urllib.parse import unquote_plus

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import HttpRequest, QueryDict, UnreadablePostError
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from crm.core.fields import refuse_control_characters

FORM, JSON = "application/x-www-form-urlencoded", "application/json"

Parameters = dict[str, str]


def query_parameters(query: QueryDict) -> Parameters:
    """Raises InvalidRequestError for a parameter sent twice (RFC 6749 §3.1) or with control characters."""
    if any(len(values) > 1 for _name, values in query.lists()):
        raise InvalidRequestError("A parameter is sent more than once.")
    return _clean(query.dict())


def body_parameters(request: HttpRequest) -> Parameters:
    """The form, or a JSON object of strings, with the client's credentials merged in from the Basic header."""
    if request.GET:
        raise InvalidRequestError("Parameters belong in the body, not in the address.")
    try:
        sent = _json_object(request) if request.content_type == JSON else _form(request)
    except RequestDataTooBig:
        raise InvalidRequestError("The request is too large.", status_code=413) from None
    except (BadRequest, SuspiciousOperation, UnreadablePostError):
        raise InvalidRequestError("The request cannot be read.") from None
    return _with_basic_credentials(sent, request.headers.get("Authorization", ""))


def _form(request: HttpRequest) -> Parameters:
    if request.content_type not in (FORM, ""):
        raise InvalidRequestError(f"Send {FORM}.", status_code=415)
    return query_parameters(request.POST)


def _json_object(request: HttpRequest) -> Parameters:
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidRequestError("The body is not JSON.") from None
    if not isinstance(sent, dict) or not all(isinstance(value, str) for value in sent.values()):
        raise InvalidRequestError("Send a JSON object whose values are strings.")
    return _clean(sent)


def _clean(sent: dict[str, Any]) -> Parameters:
    """A parameter without a value counts as not sent (RFC 6749 §3.1)."""
    for name, value in sent.items():
        try:
            refuse_control_characters(name)
            refuse_control_characters(value)
        except ValidationError:
            raise InvalidRequestError("Control characters are not accepted.") from None
    return {name: value for name, value in sent.items() if value}


def _with_basic_credentials(sent: Parameters, header: str) -> Parameters:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return sent
    client_id, secret = _decode_basic(encoded)
    if sent.get("client_id", client_id) != client_id or "client_secret" in sent:
        raise InvalidRequestError("Use one way of client authentication.")
    return sent | {"client_id": client_id} | ({"client_secret": secret} if secret else {})


def _decode_basic(encoded: str) -> tuple[str, str]:
    """Both parts are form-encoded before they are joined (RFC 6749 §2.3.1)."""
    try:
        client_id, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise InvalidClientError("The Authorization header cannot be read.") from None
    clean = _clean({"client_id": unquote_plus(client_id), "client_secret": unquote_plus(secret)})
    return clean.get("client_id", ""), clean.get("client_secret", "")
