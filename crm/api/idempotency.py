"""Idempotency-Key on POST: the same key and body get the first answer again, and nothing happens twice.

Reservation, effect and stored answer share one transaction, so there is no moment in which one exists without the
others. On PostgreSQL an advisory lock tells a running request from a finished one; SQLite's write lock lets the
second wait for the first. Answers of 400 and above undo everything and are not kept: the key may be tried again.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone

from crm.api.models import StoredAnswer
from crm.core.errors import BadRequest, Conflict, Invalid
from crm.core.failures import as_crm_error, surprise
from crm.core.requests import CrmRequest
from crm.core.responses import error_response
from crm.ops.purging import delete_in_batches

LIFETIME = timedelta(hours=24)
WELL_FORMED = re.compile(r"[\x21-\x7e]{1,255}")
KEPT_HEADERS = ("Content-Type", "ETag", "Location")


class KeyReused(Invalid):
    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used for another request. Use a fresh key."


class InProgress(Conflict):
    code = "idempotency_in_progress"
    message = "The first request with this Idempotency-Key is still running. Try again in a moment."


class IdempotencyMiddleware:
    """After the access check, so that a stored answer is shown only to who may still make the request."""

    def __init__(self, get_response: Callable[[CrmRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CrmRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: CrmRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key")
        if key is None or request.method != "POST" or not request.path.startswith("/api/"):
            return None
        if request.actor.id is None:
            return None
        try:
            if not WELL_FORMED.fullmatch(key):
                message = "An Idempotency-Key has 1 to 255 visible ASCII characters."
                raise BadRequest(message, code="invalid_idempotency_key")
            return _once(request, request.actor.id, key, lambda: view(request, *args, **kwargs))
        except Exception as error:
            return error_response(request, as_crm_error(error) or surprise(error))


@transaction.atomic
def _once(request: CrmRequest, actor_id: UUID, key: str, run: Callable[[], Any]) -> HttpResponse:
    """The stored answer, or the view's, which is stored in the transaction of its effect."""
    fingerprint = fingerprint_of(request)
    _claim(actor_id, key)
    since = timezone.now() - LIFETIME
    StoredAnswer.objects.filter(actor_id=actor_id, at__lt=since).delete()
    if stored := StoredAnswer.objects.filter(actor_id=actor_id, key=key).first():
        return _replay(stored, fingerprint)
    response = run()
    if hasattr(response, "render"):
        response.render()
    if response.status_code >= 400:
        transaction.set_rollback(True)
    elif not response.streaming:
        _keep(response, actor_id, key, fingerprint)
    return response


def purge_answers(at: datetime) -> int:
    return delete_in_batches(StoredAnswer.objects.filter(at__lt=at - LIFETIME))


def fingerprint_of(request: CrmRequest) -> str:
    """With the credential: another one of the same person may not see all that the first answer holds."""
    who = (request.actor.credential, request.actor.on_behalf_of)
    parts = (request.method or "", request.get_full_path(), request.content_type or "", *who)
    digest = hashlib.sha256("\n".join(parts).encode() + b"\n")
    for piece in _pieces(request):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(request: CrmRequest) -> Iterator[bytes]:
    """The body; of an upload its values and files, since its boundary is another one each time and it may be large."""
    if request.content_type != "multipart/form-data":
        yield request.body
        return
    yield orjson.dumps(sorted(request.POST.lists()))
    for name, sent in sorted(request.FILES.lists()):
        for file in sent:
            yield orjson.dumps([name, file.name, file.content_type, file.size])
            yield from file.chunks()


def _claim(actor_id: UUID, key: str) -> None:
    """Raises InProgress while another transaction works on the same key."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_id(actor_id, key)])
        if not cursor.fetchone()[0]:
            raise InProgress()


def lock_id(actor_id: UUID, key: str) -> int:
    """A signed 64-bit number, as PostgreSQL's advisory locks take."""
    digest = hashlib.sha256(f"idempotency:{actor_id}:{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _replay(stored: StoredAnswer, fingerprint: str) -> HttpResponse:
    if stored.fingerprint != fingerprint:
        raise KeyReused()
    headers = {**stored.headers, "Idempotency-Replayed": "true"}
    return HttpResponse(bytes(stored.body), status=stored.status, headers=headers)


def _kept_body(response: HttpResponse) -> bytes:
    """Without what is shown only once, where the view says so by `response.shown_once`, names of JSON members."""
    names = getattr(response, "shown_once", ())
    return orjson.dumps({**orjson.loads(response.content), **dict.fromkeys(names)}) if names else response.content


def _keep(response: HttpResponse, actor_id: UUID, key: str, fingerprint: str) -> None:
    StoredAnswer.objects.create(
        actor_id=actor_id,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        headers={name: response[name] for name in KEPT_HEADERS if name in response},
        body=_kept_body(response),
    )
