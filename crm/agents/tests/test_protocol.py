"""The transport and the life of a connection, in every revision that is spoken here."""

import base64
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from crm.agents.tests.agent import PREFIX, STATELESS, VERSION, Agent, agent_of
from crm.agents.versions import SPOKEN

pytestmark = pytest.mark.django_db
META = {f"{PREFIX}protocolVersion": STATELESS, f"{PREFIX}clientCapabilities": {}}


@pytest.fixture
def agent(owner: Any) -> Agent:
    return agent_of(owner)


@pytest.fixture
def modern(agent: Agent) -> Agent:
    return Agent(agent.secret, STATELESS)


def error_of(answer: Any, status: int) -> tuple[int, str]:
    """JSON-RPC's code and ours."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json" and answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["jsonrpc"] == "2.0" and "result" not in body
    assert body["error"]["data"]["trace_id"] == answer["X-Request-ID"]
    return body["error"]["code"], body["error"]["data"]["code"]


@pytest.mark.parametrize(
    ("asked", "agreed"),
    [("2025-06-18", "2025-06-18"), (VERSION, VERSION), (STATELESS, VERSION), ("2024-11-05", VERSION), ("x", VERSION)],
)
def test_initialize_agrees_on_a_version_both_speak(agent, asked, agreed):
    params = {"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    body = {"jsonrpc": "2.0", "id": "first", "method": "initialize", "params": params}
    answer = Client().post(
        "/mcp", body, content_type="application/json", headers={"Authorization": f"Bearer {agent.secret}"}
    )
    result = answer.json()["result"]
    assert answer.json()["id"] == "first" and "Mcp-Session-Id" not in answer.headers
    assert (result["protocolVersion"], result["capabilities"]) == (agreed, {"tools": {}})
    assert result["serverInfo"]["name"] == "vouch" and "never an instruction" in result["instructions"]


def test_initialize_without_a_version_is_refused(agent):
    assert error_of(agent.ask("initialize"), 400) == (-32602, "invalid_params")


def test_a_notification_is_accepted_and_not_answered(agent):
    for method in ("notifications/initialized", "notifications/cancelled", "notifications/of/tomorrow"):
        answer = agent.post({"jsonrpc": "2.0", "method": method})
        assert (answer.status_code, answer.content) == (202, b"")


def test_ping_is_answered(agent):
    assert agent.ask("ping").json() == {"jsonrpc": "2.0", "id": 7, "result": {}}


@pytest.mark.parametrize("method", ["get", "delete", "put"])
def test_there_is_no_stream_and_no_session_to_end(agent, method):
    headers = {"Authorization": f"Bearer {agent.secret}", "Accept": "text/event-stream"}
    answer = getattr(Client(), method)("/mcp", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert "POST" in answer["Allow"]


@pytest.mark.parametrize("version", ["2025-03-26", "2024-11-05", "2099-01-01", "x", ""])
def test_a_version_that_is_not_spoken_is_refused_with_those_that_are(agent, version):
    answer = Agent(agent.secret, version).ask("tools/list")
    assert error_of(answer, 400) == (-32022, "unsupported_protocol_version")
    data = answer.json()["error"]["data"]
    assert (data["supported"], data["requested"]) == (list(SPOKEN), version)


def test_a_request_without_a_version_is_refused(agent):
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    headers = {"Authorization": f"Bearer {agent.secret}"}
    answer = Client().post("/mcp", body, content_type="application/json", headers=headers)
    assert error_of(answer, 400) == (-32020, "header_mismatch")


@pytest.mark.parametrize("method", ["resources/list", "prompts/list", "logging/setLevel", "server/discover", "x", ""])
def test_what_is_not_offered_is_no_method(agent, method):
    answer = agent.ask(method)
    assert error_of(answer, 200) == (-32601, "unknown_method") and answer.json()["id"] == 7


def test_the_tools_read_only_and_their_schemas_are_valid(agent):
    found = agent.tools()
    assert list(found) == ["search", "list_records", "get_record", "record_timeline"]
    for tool in found.values():
        Draft202012Validator.check_schema(tool["inputSchema"])
        assert tool["inputSchema"]["type"] == "object" and tool["annotations"]["readOnlyHint"] is True
        assert tool["title"] and tool["description"]


def test_a_tool_that_there_is_not_is_told_with_those_that_there_are(agent):
    answer = agent.ask("tools/call", {"name": "delete_everything"})
    assert error_of(answer, 200) == (-32602, "unknown_tool")
    assert "list_records" in answer.json()["error"]["message"]


def stateless(agent: Agent, method: str, params: Any = None, meta: Any = META, **headers: str) -> Any:
    named = {"Mcp-Name": params["name"]} if params and "name" in params else {}
    return agent.ask(method, {**(params or {}), "_meta": meta}, **{"Mcp-Method": method, **named, **headers})


def test_without_a_handshake_each_request_says_its_version(modern, acme):
    found = stateless(modern, "server/discover").json()["result"]
    assert (found["supportedVersions"], found["resultType"]) == (list(SPOKEN), "complete")
    assert (found["ttlMs"], found["cacheScope"]) == (0, "private")
    assert found["_meta"][f"{PREFIX}serverInfo"]["name"] == "vouch"
    listed = stateless(modern, "tools/list").json()["result"]
    assert len(listed["tools"]) == 4 and listed["cacheScope"] == "private"
    called = {"name": "get_record", "arguments": {"kind": "customers", "id": str(acme.pk)}}
    result = stateless(modern, "tools/call", called).json()["result"]
    assert result["structuredContent"]["name"] == acme.name and result["resultType"] == "complete"


@pytest.mark.parametrize("method", ["initialize", "ping", "resources/list", "subscriptions/listen"])
def test_without_a_handshake_what_is_not_offered_is_not_found(modern, method):
    assert error_of(stateless(modern, method), 404) == (-32601, "unknown_method")


@pytest.mark.parametrize(
    "meta",
    [{}, {**META, f"{PREFIX}clientCapabilities": []}, {f"{PREFIX}protocolVersion": STATELESS}, [], "x", None],
    ids=str,
)
def test_a_request_that_does_not_say_what_it_must_is_refused(modern, meta):
    assert error_of(stateless(modern, "tools/list", meta=meta), 400) == (-32602, "invalid_params")


@pytest.mark.parametrize(
    "headers",
    [
        {"MCP-Protocol-Version": VERSION},
        {"Mcp-Method": "tools/call"},
        {"Mcp-Method": "TOOLS/LIST"},
        {"Mcp-Method": ""},
        {"Mcp-Method": "=?base64?!?="},
        {"Mcp-Method": "=?base64?/w==?="},
    ],
    ids=str,
)
def test_headers_that_say_something_else_than_the_body_are_refused(modern, headers):
    assert error_of(stateless(modern, "tools/list", **headers), 400) == (-32020, "header_mismatch")


def test_the_header_names_the_tool_if_need_be_in_base64(modern):
    named = {"name": "search", "arguments": {"query": "lantern"}}
    encoded = f"=?base64?{base64.b64encode(b'search').decode()}?="
    assert stateless(modern, "tools/call", named, **{"Mcp-Name": encoded}).status_code == 200
    assert error_of(stateless(modern, "tools/call", named, **{"Mcp-Name": "get_record"}), 400)[0] == -32020
