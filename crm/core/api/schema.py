"""What drf-spectacular cannot see by itself: our parameters, headers and the one error shape."""

from typing import Any, ClassVar

from drf_spectacular.openapi import AutoSchema

from crm.core.access import SAFE, Access
from crm.core.permissions import NEVER_BY_KEY

ROOT = "/api/v1/"
ERRORS: dict[str, str] = {
    "301": "MergedIntoAnother",
    "400": "BadRequest",
    "401": "Unauthenticated",
    "403": "Forbidden",
    "404": "NotFound",
    "409": "Conflict",
    "410": "Merged",
    "412": "Stale",
    "413": "TooLarge",
    "415": "UnsupportedMediaType",
    "422": "Invalid",
    "429": "TooManyRequests",
    "503": "Unavailable",
}
WRITING = ("409", "413", "415", "422")

ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["success", "error"],
    "properties": {
        "success": {"type": "boolean", "const": False},
        "error": {
            "type": "object",
            "required": ["code", "message", "details", "status", "path", "timestamp", "trace_id"],
            "properties": {
                "code": {"type": "string", "description": "Stable; see docs/api-errors.md."},
                "message": {"type": "string"},
                "details": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["field", "code", "message"],
                        "properties": {
                            "field": {"type": "string"},
                            "code": {"type": "string"},
                            "message": {"type": "string"},
                        },
                    },
                },
                "status": {"type": "integer"},
                "path": {"type": "string"},
                "timestamp": {"type": "string", "format": "date-time"},
                "trace_id": {"type": "string"},
            },
        },
    },
}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457, on `Accept: application/problem+json`.",
    "required": ["type", "title", "status", "detail", "instance", "code", "errors", "trace_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "errors": ERROR_SCHEMA["properties"]["error"]["properties"]["details"],
        "trace_id": {"type": "string"},
    },
}


def _header(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string"},
    }


def _query(name: str, description: str) -> dict[str, Any]:
    return {**_header(name, description), "in": "query"}


IF_MATCH = _header("If-Match", 'The version you changed, like `"3"`; 412 when it is no longer current.')
IF_NONE_MATCH = _header("If-None-Match", 'The version you have, like `"3"`; 304 when it is still current.')
IDEMPOTENCY_KEY = _header("Idempotency-Key", "Makes a repeated request answer what the first one answered (24 hours).")
FIELDS = _query("fields", "Names of the fields to show, separated by commas.")
EXPAND = _query("expand", "Links to show as whole records, separated by commas.")


class RecordSchema(AutoSchema):
    """Adds headers, shaping parameters and the refusals that every operation can answer with."""

    extra: ClassVar[dict[str, list[dict[str, Any]]]] = {
        "retrieve": [FIELDS, EXPAND, IF_NONE_MATCH],
        "create": [FIELDS, EXPAND],
        "partial_update": [FIELDS, EXPAND, IF_MATCH],
        "destroy": [IF_MATCH],
        "archive": [FIELDS, EXPAND, IF_MATCH],
        "restore": [FIELDS, EXPAND, IF_MATCH],
        "merge": [FIELDS, EXPAND, IF_MATCH],
        **{name: [IF_MATCH] for name in ("acknowledge", "close", "comment", "act")},
    }

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        action = getattr(self.view, "action", "")
        added = [*self.extra.get(action, ()), *([IDEMPOTENCY_KEY] if self.method == "POST" else ())]
        operation["parameters"] = [*operation.get("parameters", ()), *added]
        operation["security"] = self._security()
        for status in self._refusals():
            operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{ERRORS[status]}"})
        return operation

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        """Whatever stands in our addresses is the id of a record."""
        schema = {"type": "string", "format": "uuid"}
        return [{"in": "path", "name": name, "required": True, "schema": schema} for name in variables]

    def get_tags(self) -> list[str]:
        """The word after /api/v1/."""
        return [self.path.removeprefix(ROOT).split("/")[0] or "api"]

    def _security(self) -> list[dict[str, list[str]]]:
        """Any one of the declared permissions as a scope, a key, or a session; nothing for what is public."""
        per_action: dict[str, Access] = getattr(self.view, "access_by_action", {})
        whole: Access = getattr(self.view, "access", Access())
        access = per_action.get(getattr(self.view, "action", "")) or whole
        if access.public:
            return [{}]
        scopes = [{"oauth2": [permission]} for permission in access.permissions] or [{"oauth2": []}]
        keys: list[dict[str, list[str]]] = [{"api_key": []}] if self._is_for_keys(access) else []
        return [*scopes, *keys, {"session": []}]

    def _is_for_keys(self, access: Access) -> bool:
        """A key never manages keys, clients or the account of its person."""
        if access.signed_in:
            return self.method in SAFE
        return not NEVER_BY_KEY.issuperset(access.permissions)

    def _refusals(self) -> list[str]:
        statuses = ["400", "401", "403", "429", "503"]
        statuses += ["404"] if "{" in self.path else []
        if "{" in self.path and hasattr(self.view, "merged_model"):
            statuses.append("301" if self.method in SAFE else "410")
        statuses += WRITING if self.method in ("POST", "PATCH", "PUT") else []
        statuses += ["409", "412"] if self.method in ("PATCH", "DELETE") else []
        return statuses


def add_error_components(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A spectacular hook: the envelope and one response component per refusal."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update({"Error": ERROR_SCHEMA, "Problem": PROBLEM_SCHEMA})
    content = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}},
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
    }
    components["responses"] = {
        name: {"description": f"{status}: see docs/api-errors.md", "content": content}
        for status, name in ERRORS.items()
    }
    return result


def one_address_each(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A spectacular hook: addresses work with and without a trailing slash; the schema shows the one without."""
    result["paths"] = {path if path == ROOT else path.rstrip("/"): item for path, item in result["paths"].items()}
    return result
