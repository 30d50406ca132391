"""JSON Schemas of what the tools take; the same are published and checked."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator

from crm.agents.errors import InvalidArguments
from crm.core.paging import LARGEST_SIZE

Schema = dict[str, Any]

# Of what is wrong, so much is told.
MOST_TOLD, LONGEST_TOLD = 20, 200
NAMES: Schema = {"type": "array", "items": {"type": "string"}, "maxItems": 50}
PLAIN: Schema = {"type": ["string", "integer", "number", "boolean"]}
ID: Schema = {"type": "string", "format": "uuid"}


def text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def names(description: str) -> Schema:
    return {**NAMES, "description": description}


def limit(description: str) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "description": description}


def closed(properties: Mapping[str, Schema], *required: str) -> Schema:
    """An object of these and nothing else."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def ensure_fits(arguments: Mapping[str, Any], schema: Schema) -> None:
    """Raises InvalidArguments that says what is wrong where."""
    found = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).iter_errors(arguments)
    details = [
        {"field": ".".join(map(str, one.absolute_path)), "code": "invalid", "message": one.message[:LONGEST_TOLD]}
        for one in islice(found, MOST_TOLD)
    ]
    if details:
        raise InvalidArguments(details=details)
