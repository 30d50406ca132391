"""JSON in, strictly: NUL, lone surrogates, NaN and bottomless nesting are 400, never 500."""

from typing import Any

import orjson
from django.http import QueryDict
from rest_framework.parsers import BaseParser

from crm.core.errors import BadRequest, Invalid, TooLarge
from crm.core.hostile_input import LARGEST_BODY

DEEPEST = 64


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise TooLarge()
        return parse_json(body)


def parse_json(body: bytes) -> Any:
    """Raises BadRequest: `malformed_json`, `nul_character`."""
    try:
        data = orjson.loads(body)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise BadRequest(f"This is not JSON: {error}.", code="malformed_json") from None
    _refuse_hostile(data, DEEPEST)
    return data


def object_in(data: Any) -> dict[str, Any]:
    """The body of a request, where only an object will do; of a form the last value of each name.

    Raises Invalid for any other JSON.
    """
    if isinstance(data, QueryDict):
        return data.dict()
    if not isinstance(data, dict):
        raise Invalid("Send a JSON object.")
    return data


def _refuse_hostile(value: Any, depth: int) -> None:
    if depth == 0:
        raise BadRequest("The JSON is nested too deeply.", code="malformed_json")
    if isinstance(value, str) and "\x00" in value:
        raise BadRequest("NUL characters are not accepted.", code="nul_character")
    children = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        _refuse_hostile(child, depth - 1)
