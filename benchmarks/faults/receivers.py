"""A mail server and an HTTP server on the loopback that misbehave by plan, and count what they took."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from benchmarks.cluster import free_port

# How a recipient's name begins, and of how many in a thousand mails it is so.
MAIL_FAULTS = {"refused": 30, "deferred": 50, "closing": 10, "dropped": 10, "hanging": 2}
HANGS = 8  # seconds
METADATA = "http://169.254.169.254/latest/meta-data/"


@dataclass
class Taken:
    """How often each message was taken, and what was done to how many."""

    mails: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    malformed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, name: str) -> int:
        """How many times this one came, this time included."""
        with self.lock:
            self.faults[name] += 1
            return self.faults[name]

    def take(self, kind: Counter[str], name: str) -> None:
        with self.lock:
            kind[name] += 1


class Mailbox:
    def __init__(self, taken: Taken) -> None:
        self.taken, self.seen = taken, Counter[str]()

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.seen[address] += 1
        name, times = address.partition("@")[0].partition("-")[0], self.seen[address]
        if name == "refused":
            self.taken.fault("mail refused (550)")
            return "550 5.7.1 Refused by policy"
        if name == "deferred" and times <= 2:
            self.taken.fault("mail deferred (451)")
            return "451 4.7.1 Try again later"
        if name == "closing" and times == 1:
            self.taken.fault("mail server closing (421)")
            return "421 4.3.2 Closing"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        name, times = address.partition("@")[0].partition("-")[0], self.seen[address]
        if name == "hanging" and times == 1:
            self.taken.fault("mail server hung")
            await asyncio.sleep(HANGS)
            server.transport.abort()
            return "451 4.3.0 Gone"
        self.store(envelope.content)
        if name == "dropped" and times == 1:
            self.taken.fault("connection dropped after DATA")
            server.transport.abort()
        return "250 OK"

    def store(self, content: bytes) -> None:
        """What the standard library's strict policy does not read is not a mail."""
        message = message_from_bytes(content, policy=policy.default)
        name = str(message["Message-ID"] or "").strip("<>").partition("@")[0]
        if message.defects or not name:
            self.taken.malformed.append(f"{name}: {message.defects}")
        self.taken.take(self.taken.mails, name)


@contextmanager
def mail_server(taken: Taken) -> Iterator[int]:
    controller = Controller(
        Mailbox(taken), hostname="127.0.0.1", port=free_port(), server_kwargs={"enable_SMTPUTF8": True}
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def handler_of(taken: Taken) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            name = self.headers["webhook-id"]
            times = taken.fault(f"asked:{name}")
            answer(self, taken, name, times)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


def answer(handler: BaseHTTPRequestHandler, taken: Taken, name: str, times: int) -> None:
    """Each path has its fault: at the first try of every so many deliveries, or always."""
    path, lot = handler.path.strip("/"), int(name.replace("-", "")[-6:], 16)
    if path == "redirecting":
        taken.fault("redirected to the metadata service")
        return reply(handler, 302, {"Location": METADATA})
    if path == "gone":
        taken.fault("gone (410)")
        return reply(handler, 410)
    if path == "failing" and times == 1 and lot % 5 == 0:
        taken.fault("answered 500")
        return reply(handler, 500)
    if path == "busy" and times == 1 and lot % 10 == 0:
        taken.fault("answered 429 with Retry-After")
        return reply(handler, 429, {"Retry-After": "2"})
    if path == "slow" and times == 1 and lot % 100 == 0:
        taken.fault("never answered")
        time.sleep(20)
        return None
    taken.take(taken.calls, name)
    return reply(handler, 204)


def reply(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str] | None = None) -> None:
    handler.send_response(status)
    for name, value in {**(headers or {}), "Content-Length": "0"}.items():
        handler.send_header(name, value)
    handler.end_headers()


class Receiver(ThreadingHTTPServer):
    daemon_threads, block_on_close = True, False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that was killed hangs up."""


@contextmanager
def web_server(taken: Taken) -> Iterator[int]:
    server = Receiver(("127.0.0.1", 0), handler_of(taken))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
