"""JSON-RPC 2.0 as MCP uses it: one message in, at most one out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpResponse

from crm.agents.errors import NotAMessage, RpcError, Unreadable
from crm.core.api.parsing import parse_json
from crm.core.errors import BadRequest, TooLarge
from crm.core.requests import CrmRequest

# Questions are short; what is longer is no question.
LARGEST = 100_000
Id = str | int


@dataclass(frozen=True, slots=True)
class Message:
    """A request; without `id` a notification, which nobody answers."""

    method: str
    params: dict[str, Any]
    id: Id | None


def message_in(body: bytes) -> Message:
    """Raises TooLarge, Unreadable, NotAMessage."""
    if len(body) > LARGEST:
        raise TooLarge()
    try:
        data = parse_json(body)
    except BadRequest as error:
        raise Unreadable(error.message, code=error.code) from None
    if not isinstance(data, dict) or not _is_message(data):
        raise NotAMessage()
    return Message(data["method"], data.get("params", {}), data.get("id"))


def _is_message(data: Mapping[str, Any]) -> bool:
    is_known = data.get("jsonrpc") == "2.0" and isinstance(data.get("method"), str)
    has_id = "id" not in data or (isinstance(data["id"], Id) and not isinstance(data["id"], bool))
    return is_known and has_id and isinstance(data.get("params", {}), dict)


def result_answer(message: Message, result: Mapping[str, Any]) -> HttpResponse:
    return _answer(200, {"id": message.id, "result": result})


def error_answer(request: CrmRequest, error: RpcError, message: Message | None) -> HttpResponse:
    """Without an id where none could be read."""
    data = {"code": error.code, "trace_id": request.trace_id, **error.more}
    said = {"error": {"code": error.number, "message": error.message, "data": data}}
    return _answer(error.status, {"id": message.id, **said} if message else said)


def _answer(status: int, body: Mapping[str, Any]) -> HttpResponse:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return HttpResponse(orjson.dumps({"jsonrpc": "2.0", **body}), status=status, headers=headers)
