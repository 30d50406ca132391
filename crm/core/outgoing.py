"""Requests to addresses that people typed: HTTPS, to the public internet alone, no redirects, no proxies, a time limit.

A name is asked for once; each address it has is judged, and the connection is made to one that was, so that a name
that resolves differently the second time gains nothing. Host header and TLS go by the name. In development and testing
the loopback may be called, over HTTP too.
"""

import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}
SECONDS = 5
MOST_TRIED = 3  # addresses of one name
# IPv4 inside IPv6, written for translators (RFC 6052).
NAT64 = ipaddress.ip_network("64:ff9b::/96")

_resolver = ThreadPoolExecutor(4, thread_name_prefix="resolver")


class AddressRefused(requests.RequestException, ValueError):
    """Not an address that may be called."""


def check_address(url: str) -> None:
    """What can be said without asking the network. Raises AddressRefused."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not settings.PRODUCTION and host in LOOPBACK_NAMES and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https" or not host:
        raise AddressRefused("Use an https:// address.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("Leave out the user name and password.")
    try:
        ensure_public(host)
    except AddressRefused:
        raise
    except ValueError:
        if "." not in host or host.endswith((".local", ".localhost", ".internal")):
            raise AddressRefused("Use an address on the public internet.") from None


def ensure_public(address: str) -> None:
    """Raises AddressRefused for a private address, ValueError for what is no address."""
    ip = ipaddress.ip_address(address.split("%")[0])
    is_allowed = ip.is_loopback and not settings.PRODUCTION
    if not is_allowed and not all(map(_is_public, (ip, _inside(ip)))):
        raise AddressRefused("Use an address on the public internet.")


def _is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return ip.is_global and not (ip.is_multicast or (ip.is_reserved and ip not in NAT64))


def _inside(ip: Any) -> Any:
    """The IPv4 address that an IPv6 address leads to, or the address itself."""
    if ip.version == 6 and ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, all of them public. Raises AddressRefused, OSError, TookTooLong."""
    asked = _resolver.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = list(dict.fromkeys(str(address[0]) for *_how, address in asked.result(SECONDS)))
    for address in found:
        ensure_public(address)
    return found


class _PublicSocket:
    """Connects to an address that was judged, whatever the name says by then."""

    _dns_host: str
    port: int

    def _new_conn(self) -> socket.socket:
        failure: Exception = NewConnectionError(self, "The name has no address.")  # type: ignore[arg-type]
        for address in self._resolved()[:MOST_TRIED]:
            try:
                return self._connected_to(address)
            except (NewConnectionError, ConnectTimeoutError) as error:
                failure = error
        raise failure

    def _connected_to(self, address: str) -> socket.socket:
        name, self._dns_host = self._dns_host, address
        try:
            return super()._new_conn()  # type: ignore[misc,no-any-return]
        finally:
            self._dns_host = name

    def _resolved(self) -> list[str]:
        try:
            return resolved(self._dns_host, self.port)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(self._dns_host, self, error) from error  # type: ignore[arg-type]
        except TookTooLong as error:
            raise ConnectTimeoutError(self, f"No answer about {self._dns_host} within {SECONDS} seconds.") from error


class PublicConnection(_PublicSocket, HTTPConnection):
    pass


class PublicTlsConnection(_PublicSocket, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = PublicConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = PublicTlsConnection


class PublicAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        check_address(request.url or "")
        kwargs["timeout"] = SECONDS
        return super().send(request, *args, **kwargs)


def public_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    for scheme in ("http://", "https://"):
        session.mount(scheme, PublicAdapter())
    return session
