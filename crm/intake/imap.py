"""A mailbox over IMAP (RFC 3501) and TLS: it is looked at, and nothing in it is marked, moved or deleted."""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

from django.conf import settings

from crm.core.encryption import Unreadable
from crm.core.outgoing import AddressRefused, resolved
from crm.intake.models import Mailbox

SECONDS = 15  # for each answer
LARGEST = 10_000_000  # bytes of one message that are read
MOST_IN_AN_ANSWER = LARGEST + 1_000_000
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class NotReached(Exception):
    """Why a mailbox cannot be read just now, in words for who looks after it."""


class JudgedImap(imaplib.IMAP4_SSL):
    """Connects to an address that was judged, proves the name by its certificate, and takes no answer without end."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        failure: OSError = OSError("the name has no address")
        for address in addresses_of(self.host, self.port):
            try:
                plain = socket.create_connection((address, self.port), timeout)
            except OSError as error:
                failure = error
                continue
            context: ssl.SSLContext = self.ssl_context  # type: ignore[attr-defined]
            return context.wrap_socket(plain, server_hostname=self.host)
        raise failure

    def read(self, size: int) -> bytes:
        if size > MOST_IN_AN_ANSWER:
            raise self.abort(f"an answer of {size} bytes")
        return super().read(size)


def addresses_of(host: str, port: int) -> list[str]:
    """Those of the public internet, unless the operator opens the own network. Raises AddressRefused, OSError."""
    if not settings.MAILBOX_PRIVATE_HOSTS:
        return resolved(host, port)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_how, address in found))


@contextmanager
def opened(mailbox: Mailbox) -> Iterator["Folder"]:
    """The folder, read-only. Raises NotReached."""
    try:
        with signed_in(mailbox) as server:
            yield Folder(server, mailbox.folder)
    except NotReached:
        raise
    except (AddressRefused, Unreadable) as error:
        raise NotReached(str(error)) from error
    except TookTooLong as error:
        raise NotReached(f"No answer about {mailbox.host} within the time.") from error
    except socket.gaierror as error:
        raise NotReached(f"There is no server called {mailbox.host}.") from error
    except (OSError, imaplib.IMAP4.error, UnicodeError) as error:
        raise NotReached(words_of(error)) from error


@contextmanager
def signed_in(mailbox: Mailbox) -> Iterator[imaplib.IMAP4_SSL]:
    server = JudgedImap(mailbox.host, mailbox.port, ssl_context=trusting(mailbox.certificate), timeout=SECONDS)
    try:
        _sign_in(server, mailbox)
        yield server
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _sign_in(server: imaplib.IMAP4_SSL, mailbox: Mailbox) -> None:
    """Raises NotReached, by the server's words without what they may repeat of ours."""
    try:
        server.login(mailbox.username, mailbox.password())
    except server.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise NotReached(f"The server refuses user name or password: {words_of(error)}") from None


def trusting(certificate: str) -> ssl.SSLContext:
    """The authorities that the machine trusts, or the one certificate that was given. Raises ssl.SSLError."""
    context = ssl.create_default_context(cadata=certificate or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def words_of(error: BaseException) -> str:
    said: Any = error.args[0] if isinstance(error, imaplib.IMAP4.error) and error.args else str(error)
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(f"{type(error).__name__}: {text}".replace("b'", "'").split())[:300]


class Folder:
    """`validity` names the numbering: with another one, the same number is another message."""

    def __init__(self, server: imaplib.IMAP4_SSL, name: str) -> None:
        self.server = server
        self._ask("EXAMINE", server.select(quoted(name), readonly=True))
        answer: Any = server.response("UIDVALIDITY")[1]
        self.validity = int(answer[0] or 0) if answer else 0

    def numbers(self, after: int, since: date) -> list[int]:
        """Of the messages that arrived since that day, above `after`, the oldest first."""
        day = f"{since.day:02}-{MONTHS[since.month - 1]}-{since.year}"
        found = self._ask("SEARCH", self.server.uid("SEARCH", f"UID {after + 1}:*", "SINCE", day))
        numbers = {int(one) for one in (found[0] or b"").split()}
        return sorted(one for one in numbers if one > after)  # `*` is the last one, even below `after`

    def message(self, uid: int) -> tuple[bytes, int] | None:
        """(its first LARGEST bytes, how many it has); None where it is gone. It stays unread."""
        found = self._ask("FETCH", self.server.uid("FETCH", str(uid), f"(RFC822.SIZE BODY.PEEK[]<0.{LARGEST}>)"))
        pair = next((one for one in found if isinstance(one, tuple)), None)
        if pair is None:
            return None
        size = re.search(rb"RFC822\.SIZE (\d+)", pair[0] + b" ".join(one for one in found if isinstance(one, bytes)))
        return pair[1], int(size[1]) if size else len(pair[1])

    def _ask(self, word: str, answer: tuple[str, list[Any]]) -> list[Any]:
        status, found = answer
        if status != "OK":
            said = found[0].decode(errors="replace") if found and isinstance(found[0], bytes) else ""
            raise NotReached(f"The server refuses {word}: {said}"[:300])
        return found


def quoted(name: str) -> str:
    """A folder's name as a quoted string; names beyond ASCII in the form of RFC 3501 5.1.3."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
