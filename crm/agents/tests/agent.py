"""An agent of the tests: an API key, or a token of a person, at the door of MCP."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from accounts.models import User
from accounts.tests.api_keys import make_key
from crm.agents.kinds import READS

VERSION = "2025-11-25"
STATELESS = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"


@dataclass(frozen=True)
class Agent:
    secret: str
    version: str = VERSION

    def post(self, body: Any, **headers: str) -> Any:
        sent = body if isinstance(body, bytes) else json.dumps(body)
        said = {"Authorization": f"Bearer {self.secret}", "MCP-Protocol-Version": self.version, **headers}
        return Client(raise_request_exception=False).post("/mcp", sent, content_type="application/json", headers=said)

    def ask(self, method: str, params: Any = None, **headers: str) -> Any:
        return self.post({"jsonrpc": "2.0", "id": 7, "method": method, "params": params or {}}, **headers)

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The tool's result."""
        answer = self.ask("tools/call", {"name": tool, "arguments": arguments})
        assert answer.status_code == 200, answer.content
        result: dict[str, Any] = answer.json()["result"]
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
        return result

    def read(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What the tool found."""
        result = self.call(tool, **arguments)
        assert not result["isError"], result
        return result["structuredContent"]  # type: ignore[no-any-return]

    def refusal(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.call(tool, **arguments)
        assert result["isError"], result
        return result["structuredContent"]["error"]  # type: ignore[no-any-return]

    def tools(self) -> dict[str, dict[str, Any]]:
        return {tool["name"]: tool for tool in self.ask("tools/list").json()["result"]["tools"]}


def agent_of(user: User, *scopes: str, **values: Any) -> Agent:
    return Agent(make_key(user, *(scopes or READS), **values)[1])
