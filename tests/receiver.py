"""A receiver on the loopback that notes what it gets and answers what the test says: real HTTP, and nothing else."""

import json
import ssl
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


@dataclass
class Got:
    path: str
    headers: dict
    body: bytes

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def said(self):
        return json.loads(self.body)


@dataclass
class Receiver:
    """`answers` are given one by one, `usual` after them; one is (status, headers, body) or called with the handler."""

    port: int = 0
    scheme: str = "http"
    got: list = field(default_factory=list)
    answers: deque = field(default_factory=deque)
    usual: object = (204, {}, b"")
    connections: int = 0
    over: Event = field(default_factory=Event)

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"

    def answering(self, *answers):
        self.answers.extend((one, {}, b"") if isinstance(one, int) else one for one in answers)
        return self

    def ids(self):
        return [one.id for one in self.got]

    def types(self):
        return [one.said["type"] for one in self.got]


def handler_of(receiver):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            receiver.connections += 1
            super().setup()

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append(Got(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            answer = receiver.answers.popleft() if receiver.answers else receiver.usual
            if callable(answer):
                answer(self)
            else:
                self.reply(*answer)

        def reply(self, status, headers, content):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    return Handler


@contextmanager
def receiving(certificate=None):
    """With a `certificate` (files of chain and key) it speaks TLS."""
    receiver = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(receiver))
    server.daemon_threads, server.block_on_close = True, False
    receiver.port = server.server_address[1]
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        receiver.scheme = "https"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        server.server_close()


def hanging(receiver):
    """Takes the request and never answers."""
    return lambda handler: receiver.over.wait(60)


def dripping(receiver, of_body=True):
    """A byte every tenth of a second, for ever: no single read ever times out."""

    def drip(handler):
        head = b"HTTP/1.1 200 OK\r\n" + (b"content-length: 100000\r\n\r\n" if of_body else b"x-drip: ")
        handler.wfile.write(head)
        try:
            while not receiver.over.is_set():
                handler.wfile.write(b"x")
                time.sleep(0.1)
        except OSError:
            handler.close_connection = True

    return drip


def endless(handler):
    """An answer of 50 MB."""
    handler.send_response(200)
    handler.send_header("content-length", str(50_000_000))
    handler.end_headers()
    try:
        for _ in range(5000):
            handler.wfile.write(b"y" * 10_000)
    except OSError:
        handler.close_connection = True
