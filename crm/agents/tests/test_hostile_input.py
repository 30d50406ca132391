"""What no honest client sends is refused in words that it understands; nothing is a 500, nothing is told."""

import json
from typing import Any

import pytest
from django.test import Client

from crm.agents.messages import LARGEST
from crm.agents.tests.agent import Agent, agent_of
from crm.core.hostile_input import LARGEST_BODY

pytestmark = pytest.mark.django_db
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
NOBODY = "0192f0c1-2345-7abc-8def-0123456789ab"


@pytest.fixture
def agent(owner: Any) -> Agent:
    return agent_of(owner)


@pytest.mark.parametrize(
    ("body", "number", "code"),
    [
        pytest.param(b" ", -32700, "malformed_json", id="nothing"),
        pytest.param(b"{", -32700, "malformed_json", id="JSON that ends early"),
        pytest.param(b'{"id": NaN}', -32700, "malformed_json", id="NaN"),
        pytest.param(b'{"method": "\\ud800"}', -32700, "malformed_json", id="a lone surrogate"),
        pytest.param(b"\xff\xfe", -32700, "malformed_json", id="not UTF-8"),
        pytest.param(b"[" * 50_000, -32700, "malformed_json", id="many brackets"),
        pytest.param(b"[" * 90 + b"]" * 90, -32700, "malformed_json", id="nested too deeply"),
        pytest.param(b'{"method": "a\\u0000b"}', -32700, "nul_character", id="NUL"),
        pytest.param([], -32600, "invalid_message", id="an empty batch"),
        pytest.param([PING, PING], -32600, "invalid_message", id="a batch"),
        pytest.param("ping", -32600, "invalid_message", id="a string"),
        pytest.param({}, -32600, "invalid_message", id="an empty object"),
        pytest.param({**PING, "jsonrpc": "1.0"}, -32600, "invalid_message", id="another JSON-RPC"),
        pytest.param({**PING, "method": 1}, -32600, "invalid_message", id="a method that is no string"),
        pytest.param({**PING, "id": None}, -32600, "invalid_message", id="an id that is null"),
        pytest.param({**PING, "id": True}, -32600, "invalid_message", id="an id that is true"),
        pytest.param({**PING, "id": 1.5}, -32600, "invalid_message", id="an id that is a fraction"),
        pytest.param({**PING, "id": {}}, -32600, "invalid_message", id="an id that is an object"),
        pytest.param({**PING, "params": []}, -32600, "invalid_message", id="params that are a list"),
        pytest.param({**PING, "params": None}, -32600, "invalid_message", id="params that are null"),
        pytest.param({"jsonrpc": "2.0", "id": 1, "result": {}}, -32600, "invalid_message", id="an answer"),
    ],
)
def test_what_is_no_message_is_refused_without_an_id(agent, body, number, code):
    answer = agent.post(body)
    assert answer.status_code == 400 and "id" not in answer.json()
    assert (answer.json()["error"]["code"], answer.json()["error"]["data"]["code"]) == (number, code)


@pytest.mark.parametrize("size", [LARGEST, LARGEST_BODY])
def test_a_long_message_is_refused(agent, size):
    answer = agent.post(json.dumps({**PING, "params": {"x": "y" * size}}).encode())
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_only_json_is_taken(agent, kind):
    """What a page elsewhere can send without asking first is none of it."""
    headers = {"Authorization": f"Bearer {agent.secret}"}
    answer = Client().post("/mcp", json.dumps(PING), content_type=kind, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "params", [{}, {"name": 1}, {"name": "search", "arguments": []}, {"name": ["search"]}], ids=str
)
def test_a_call_of_the_wrong_shape_is_refused(agent, params):
    error = agent.ask("tools/call", params).json()["error"]
    assert (error["code"], error["data"]["code"]) == (-32602, "invalid_params")


ARGUMENTS: list[tuple[str, dict[str, Any], str]] = [
    ("search", {}, ""),
    ("search", {"query": "a"}, "query"),
    ("search", {"query": "x" * 201}, "query"),
    ("search", {"query": ["lantern"]}, "query"),
    ("search", {"query": "lantern", "kinds": "customers"}, "kinds"),
    ("search", {"query": "lantern", "kinds": ["users"]}, "kinds.0"),
    ("search", {"query": "lantern", "limit": 0}, "limit"),
    ("search", {"query": "lantern", "limit": 201}, "limit"),
    ("search", {"query": "lantern", "limit": True}, "limit"),
    ("search", {"query": "lantern", "as": "superadmin"}, ""),
    ("list_records", {"kind": "users"}, "kind"),
    ("list_records", {"kind": "audit/events"}, "kind"),
    ("list_records", {"kind": "../users"}, "kind"),
    ("list_records", {"kind": "customers", "filters": [1]}, "filters"),
    ("list_records", {"kind": "customers", "filters": {"status": {"a": 1}}}, "filters.status"),
    ("list_records", {"kind": "customers", "fields": "name"}, "fields"),
    ("get_record", {"kind": "customers"}, ""),
    ("get_record", {"kind": "customers", "id": 7}, "id"),
    ("get_record", {"kind": "customers", "id": f"{NOBODY}/timeline"}, "id"),
    ("get_record", {"kind": "customers", "id": "../users"}, "id"),
    ("get_record", {"kind": "customers", "id": f"{NOBODY}\n"}, "id"),
    ("record_timeline", {"kind": "notes", "id": NOBODY}, "kind"),
]


@pytest.mark.parametrize(("tool", "arguments", "field"), ARGUMENTS, ids=str)
def test_arguments_that_do_not_fit_are_told_where(agent, tool, arguments, field):
    error = agent.refusal(tool, **arguments)
    assert (error["code"], error["status"]) == ("invalid_arguments", 422)
    assert {detail["field"] for detail in error["details"]} == {field}


def test_of_many_faults_some_are_told(agent):
    error = agent.refusal("list_records", kind="customers", filters={str(number): {} for number in range(5000)})
    assert len(error["details"]) == 20 and len(json.dumps(error)) < 10_000


REFUSED_BY_THE_API: list[tuple[str, dict[str, Any], str]] = [
    ("list_records", {"kind": "customers", "filters": {"no_such": "x"}}, "unknown_parameter"),
    ("list_records", {"kind": "customers", "filters": {"owner": "me"}}, "invalid_parameter"),
    ("list_records", {"kind": "customers", "filters": {"filter": "{"}}, "invalid_filter"),
    ("list_records", {"kind": "customers", "ordering": "is_canary"}, "invalid_ordering"),
    ("list_records", {"kind": "customers", "cursor": "x"}, "invalid_cursor"),
    ("list_records", {"kind": "customers", "fields": ["is_canary"]}, "unknown_field"),
    ("get_record", {"kind": "customers", "id": NOBODY}, "not_found"),
    ("list_records", {"kind": "customers", "expand": ["password"]}, "unknown_expansion"),
    ("record_timeline", {"kind": "deals", "id": NOBODY}, "not_found"),
]


@pytest.mark.parametrize(("tool", "arguments", "code"), REFUSED_BY_THE_API, ids=str)
def test_what_the_api_refuses_is_refused_with_its_code(agent, acme, tool, arguments, code):
    assert agent.refusal(tool, **arguments)["code"] == code


def test_a_surprise_tells_nothing(agent, acme, monkeypatch):
    def fail(*args: Any, **values: Any) -> None:
        raise RuntimeError("SELECT secret FROM vault")

    monkeypatch.setattr("customers.api.CustomerViewSet.get_object", fail)
    error = agent.refusal("get_record", kind="customers", id=str(acme.pk))
    assert error["code"] == "internal_error" and "secret" not in json.dumps(error)


def test_a_surprise_in_the_door_itself_tells_nothing(agent, monkeypatch):
    monkeypatch.setattr("crm.agents.views.version_of", lambda *given: 1 / 0)
    answer = agent.ask("ping")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    assert b"ZeroDivision" not in answer.content
