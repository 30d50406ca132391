"""What is refused in the words of JSON-RPC: `number` is its code, ours stands in `data` (docs/mcp.md).

`status` is that of the HTTP answer: 200 where the message itself was in order.
"""

from typing import Any

from crm.core.errors import CrmError, Forbidden, Invalid


class RpcError(CrmError):
    number = -32600

    def __init__(self, message: str = "", *, code: str = "", status: int = 0, **more: Any) -> None:
        self.more = more
        super().__init__(message, code=code, status=status)


class NotAMessage(RpcError):
    status, code = 400, "invalid_message"
    message = "Send one JSON-RPC 2.0 request or notification; batches are not accepted."


class Unreadable(NotAMessage):
    """Not JSON, or not JSON that we take."""

    number = -32700


class UnknownMethod(RpcError):
    status, code = 404, "unknown_method"
    number = -32601


class InvalidParams(RpcError):
    status, code = 400, "invalid_params"
    number = -32602


class UnknownTool(InvalidParams):
    status, code = 200, "unknown_tool"


class HeaderMismatch(RpcError):
    status, code = 400, "header_mismatch"
    number = -32020


class UnsupportedVersion(RpcError):
    status, code = 400, "unsupported_protocol_version"
    message = "This version of the protocol is not spoken here."
    number = -32022


class OriginRefused(Forbidden):
    code = "origin_refused"
    message = "Pages of this origin may not call here."


class InvalidArguments(Invalid):
    code = "invalid_arguments"
    message = "The arguments do not fit the tool's schema."
