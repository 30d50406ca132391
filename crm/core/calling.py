"""One POST to an address that people typed, within limits: who hangs, drips or never ends costs us no more than these.

Connections are kept until `close`, so that a hundred calls to one host cost one handshake.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import monotonic
from urllib.parse import urlsplit

from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError

from crm.core.outgoing import (
    AddressRefused,
    PublicConnection,
    PublicTlsConnection,
    check_address,
)

CONNECTS_WITHIN, ANSWERS_WITHIN = 5.0, 15.0  # seconds; the second covers everything
MOST_KEPT = 2048  # bytes of an answer
LOOKS_EVERY = 0.25  # seconds

Connection = PublicConnection | PublicTlsConnection


class NotReached(Exception):
    """Why there is no answer, in words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is what was read of it: at most the first 2 KB. `headers` have names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool = False


class Watch:
    """Breaks off whatever takes longer than it may. One thread, which looks four times a second, until `close`."""

    def __init__(self) -> None:
        self._lock, self._over = Lock(), Event()
        self._armed: tuple[float, Connection] | None = None
        self._thread: Thread | None = None

    @contextmanager
    def over(self, connection: Connection, until: float) -> Iterator[None]:
        if self._thread is None:
            self._over = Event()
            self._thread = Thread(target=self._look, args=(self._over,), name="watch", daemon=True)
            self._thread.start()
        self._armed = (until, connection)
        try:
            yield
        finally:
            with self._lock:
                self._armed = None

    def close(self) -> None:
        self._over.set()
        self._thread = None

    def _look(self, over: Event) -> None:
        while not over.wait(LOOKS_EVERY):
            with self._lock:
                if self._armed and monotonic() >= self._armed[0]:
                    _break_off(self._armed[1])


class Caller:
    """For one thread. `within` are the seconds for everything, from the first packet to the last byte that is read."""

    def __init__(self, within: float = ANSWERS_WITHIN) -> None:
        self._within, self._watch = within, Watch()
        self._kept: dict[tuple[str, str, int | None], Connection] = {}

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Whatever was answered, a redirect too. Raises NotReached, AddressRefused."""
        check_address(url)
        parts = urlsplit(url)
        place = (parts.scheme, parts.hostname or "", parts.port)
        connection = self._kept.pop(place, None) or _connection(*place)
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        answer = self._ask(connection, target, body, headers)
        if answer.is_cut or connection.sock is None:
            connection.close()
        else:
            self._kept[place] = connection
        return answer

    def close(self) -> None:
        self._watch.close()
        for connection in self._kept.values():
            connection.close()
        self._kept.clear()

    def _ask(self, connection: Connection, target: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """A socket's own limit begins anew with each byte; the watch's does not."""
        until = monotonic() + self._within
        try:
            with self._watch.over(connection, until):
                answer = _exchange(connection, target, body, headers, self._within)
            if monotonic() >= until:  # broken off in the middle of a body that says no length
                raise TimeoutError
            return answer
        except AddressRefused:
            raise
        except Exception as error:
            connection.close()
            if monotonic() >= until:
                raise NotReached(f"No complete answer within {self._within:g} seconds.") from error
            raise NotReached(_in_words(error)) from error


def _connection(scheme: str, host: str, port: int | None) -> Connection:
    return (PublicTlsConnection if scheme == "https" else PublicConnection)(host, port, timeout=CONNECTS_WITHIN)


def _exchange(connection: Connection, target: str, body: bytes, headers: Mapping[str, str], within: float) -> Answer:
    if connection.sock is None or not connection.is_connected:
        connection.close()
        connection.timeout = CONNECTS_WITHIN
        connection.connect()
    connection.timeout = within
    connection.request("POST", target, body=body, headers=headers, preload_content=False, decode_content=False)
    response = connection.getresponse()
    content = response.read(MOST_KEPT + 1)
    named = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, named, content[:MOST_KEPT], len(content) > MOST_KEPT)


def _break_off(connection: Connection) -> None:
    """From the watch's thread: whoever reads from it is woken. Past the TLS object, which the reader is using."""
    if connection.sock is not None:
        try:
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
        except OSError:
            return


def _in_words(error: Exception) -> str:
    if isinstance(error, NameResolutionError):
        return "The name is not known."
    if "Connection refused" in str(error):
        return "The connection was refused."
    if isinstance(error, ConnectTimeoutError) and not isinstance(error, NewConnectionError):
        return f"No connection within {CONNECTS_WITHIN:g} seconds."
    if isinstance(error, TimeoutError | ReadTimeoutError):
        return "No answer in time."
    if isinstance(error, HTTPError | OSError):
        return f"The connection failed: {error}"[:300]
    return f"The answer cannot be read: {type(error).__name__}."
