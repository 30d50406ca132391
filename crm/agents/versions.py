"""Which revision of MCP a message is in, and whether its headers say what its body says.

Revisions up to 2025-11-25 open with `initialize`; from 2026-07-28 on every request says its own version, in `_meta`
and in headers. 2025-03-26 asks for batches, so it is not among them.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from crm.agents.errors import HeaderMismatch, InvalidParams, UnsupportedVersion
from crm.agents.messages import Message

WITH_HANDSHAKE = ("2025-06-18", "2025-11-25")
STATELESS = ("2026-07-28",)
SPOKEN = (*STATELESS, *reversed(WITH_HANDSHAKE))
PREFIX = "io.modelcontextprotocol/"
HEADER = "MCP-Protocol-Version"
ENCODED = re.compile(r"=\?base64\?(.*)\?=")

Headers = Mapping[str, str]


def version_of(headers: Headers, message: Message) -> str:
    """A notification needs none. Raises HeaderMismatch, UnsupportedVersion, InvalidParams."""
    asked, declared = headers.get(HEADER), _meta_of(message).get(f"{PREFIX}protocolVersion")
    if message.method == "initialize" and declared is None:
        return WITH_HANDSHAKE[-1]
    if asked is not None and asked not in SPOKEN:
        raise UnsupportedVersion(supported=SPOKEN, requested=asked)
    if message.id is None:
        return asked or WITH_HANDSHAKE[-1]
    if asked is None:
        raise HeaderMismatch(f"{HEADER} is missing. Spoken here: {', '.join(SPOKEN)}.")
    if declared not in (None, asked):
        raise HeaderMismatch(f"{HEADER} and the version in _meta are not the same.")
    if asked in STATELESS:
        _refuse_incomplete(headers, message)
    return asked


def negotiated(asked: Any) -> str:
    """What `initialize` agrees on: the version that the client names, else our newest with a handshake."""
    if not isinstance(asked, str):
        raise InvalidParams("initialize names a protocolVersion.")
    return asked if asked in WITH_HANDSHAKE else WITH_HANDSHAKE[-1]


def _meta_of(message: Message) -> dict[str, Any]:
    meta = message.params.get("_meta", {})
    if not isinstance(meta, dict):
        raise InvalidParams("_meta is an object.")
    return meta


def _refuse_incomplete(headers: Headers, message: Message) -> None:
    meta = _meta_of(message)
    needed = {"protocolVersion": str, "clientCapabilities": dict}
    if missing := [name for name, kind in needed.items() if not isinstance(meta.get(PREFIX + name), kind)]:
        raise InvalidParams(f"_meta lacks {', '.join(PREFIX + name for name in missing)}.")
    named = message.params.get("name") if message.method == "tools/call" else None
    for header, value in (("Mcp-Method", message.method), ("Mcp-Name", named)):
        if value is not None and _decoded(headers.get(header, "")) != value:
            raise HeaderMismatch(f"{header} does not say what the body says.")


def _decoded(value: str) -> str:
    """A header, or what it holds as `=?base64?…?=`."""
    found = ENCODED.fullmatch(value)
    try:
        return base64.b64decode(found[1], validate=True).decode() if found else value
    except (binascii.Error, ValueError):
        raise HeaderMismatch("A header is not Base64 of UTF-8.") from None
