"""The description of the API: valid OpenAPI 3.1, complete, and the committed copy is the current one."""

import json
from typing import Any

import pytest
import yaml
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from crm.core.permissions import PERMISSIONS
from tests.error_codes import ROOT

COMMITTED = ROOT / "docs" / "openapi.json"
REFRESH = "manage.py spectacular --format openapi-json --file docs/openapi.json"
VERBS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, verb, item[verb]) for path, item in description["paths"].items() for verb in VERBS if verb in item]


def properties(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return list(schema.get("properties", {}).items())


@pytest.mark.once
def test_it_is_valid_openapi_3_1(description):
    validate_schema(description)
    assert description["openapi"].startswith("3.1")


def test_the_committed_copy_has_not_drifted(description):
    assert json.loads(COMMITTED.read_text()) == description, f"run: {REFRESH}"


def test_no_bound_is_the_databases_own(description):
    """SQLite takes 64 bits where PostgreSQL takes 16: what the API takes is said by the model's validators.

    A seal's number has 64 bits everywhere.
    """
    fields = [item for schema in description["components"]["schemas"].values() for item in properties(schema)]
    parameters = [
        (one["name"], one["schema"])
        for _path, _verb, operation in operations(description)
        for one in operation.get("parameters", ())
        if "name" in one
    ]
    wide = {name for name, schema in [*fields, *parameters] if schema.get("maximum") == 2**63 - 1}
    assert wide == {"seal", "seal_id"}


def test_addresses_are_shown_once_and_without_traces_of_the_router(description):
    assert not [path for path in description["paths"] if "?" in path or (path.endswith("/") and path != "/api/v1/")]


def test_every_operation_has_a_name_of_its_own(description):
    names = [operation["operationId"] for _path, _verb, operation in operations(description)]
    assert len(names) == len(set(names))


def test_every_operation_says_how_it_refuses_and_who_may_call_it(description):
    for path, verb, operation in operations(description):
        if path == "/api/v1/schema":
            continue
        assert {"400", "401", "403"} <= set(operation["responses"]), (path, verb)
        assert operation["security"], (path, verb)
    error = description["components"]["responses"]["Invalid"]["content"]
    assert error["application/json"]["schema"]["$ref"].endswith("/Error")


def test_the_scopes_are_the_permission_vocabulary(description):
    flow = description["components"]["securitySchemes"]["oauth2"]["flows"]["authorizationCode"]
    assert set(flow["scopes"]) == PERMISSIONS
    asked = {
        scope
        for _path, _verb, operation in operations(description)
        for one in operation["security"]
        for scope in one.get("oauth2", ())
    }
    assert asked <= PERMISSIONS and "customers:write" in asked


def test_writes_tell_their_headers(description):
    names = {parameter["name"] for parameter in description["paths"]["/api/v1/customers"]["post"]["parameters"]}
    assert "Idempotency-Key" in names
    names = {parameter["name"] for parameter in description["paths"]["/api/v1/customers/{id}"]["patch"]["parameters"]}
    assert "If-Match" in names


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("schema", "*/*", "application/json"),
        ("schema/", "application/json", "application/json"),
        ("schema", "application/yaml", "application/yaml"),
        ("schema?format=yaml", "application/json", "application/yaml"),
        ("schema?format=json", "application/yaml", "application/json"),
    ],
)
@pytest.mark.django_db
def test_strangers_get_it_as_json_or_yaml(client, path, accept, kind):
    answer = client.get(f"/api/v1/{path}", headers={"Accept": accept})
    assert answer.status_code == 200 and answer["Content-Type"].startswith(kind)
    read = json.loads if kind.endswith("json") else yaml.safe_load
    assert read(answer.content)["info"]["title"] == "Vouch API"


@pytest.mark.parametrize("path", ["docs", "docs/"])
@pytest.mark.django_db
def test_the_docs_page_has_no_inline_code_and_keeps_the_strict_policy(client, path):
    answer = client.get(f"/api/v1/{path}")
    page = answer.content.decode()
    assert "<style" not in page and "<script>" not in page and "unsafe-inline" not in answer["Content-Security-Policy"]
    script = client.get("/api/v1/docs?script=")
    assert script["Content-Type"].startswith(("application/javascript", "text/javascript"))
    assert b"SwaggerUIBundle" in script.content
