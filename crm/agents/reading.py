"""What the REST API answers to the same caller. Tools read through it, so that the two cannot disagree."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast
from urllib.parse import urlencode

import orjson
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve

from crm.core.access import refused
from crm.core.requests import CrmRequest

# Of the surroundings of the request only what addresses are built from: no header of an agent's reaches a view.
KEPT = ("HTTP_HOST", "REMOTE_ADDR", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme")


@dataclass(frozen=True, slots=True)
class Question:
    """A GET of the API."""

    path: str
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any


def reply_to(request: CrmRequest, question: Question) -> Reply:
    """Checked like a request from outside by all that comes after the caller is known; a refusal is noted as theirs."""
    asking = _asking(request, question)
    view, args, kwargs = resolve(question.path)
    response: Any = refused(asking, view) or view(asking, *args, **kwargs)
    if hasattr(response, "render"):
        response.render()
    if hasattr(asking, "refusal"):
        request.refusal = asking.refusal
    return Reply(response.status_code, orjson.loads(response.content))


def _asking(request: CrmRequest, question: Question) -> CrmRequest:
    environ = {name: request.META[name] for name in KEPT if name in request.META}
    environ |= {"REQUEST_METHOD": "GET", "PATH_INFO": question.path, "wsgi.input": BytesIO()}
    asking = cast(CrmRequest, WSGIRequest({**environ, "QUERY_STRING": urlencode(question.params)}))
    for name in ("actor", "user", "trace_id", "credential_error", "api_key"):
        setattr(asking, name, getattr(request, name))
    return asking
