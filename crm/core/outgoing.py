"""Requests to addresses that people typed: HTTPS, to the public internet alone, no redirects, no proxies, a time limit.

The address is judged where it counts, at the connected socket, so that a name that resolves differently the second
time gains nothing. In development and testing the loopback may be called, over HTTP too.
"""

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}
SECONDS = 5


class AddressRefused(requests.RequestException, ValueError):
    """Not an address that may be called."""


def check_address(url: str) -> None:
    """What can be said without asking the network. Raises AddressRefused."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not settings.PRODUCTION and host in LOOPBACK_NAMES and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https" or not host or parts.username is not None:
        raise AddressRefused("Use an https:// address.")
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
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    is_allowed = ip.is_loopback and not settings.PRODUCTION
    if not is_allowed and not (ip.is_global and inner.is_global and not ip.is_multicast):
        raise AddressRefused("Use an address on the public internet.")


class _PublicSocket:
    def _new_conn(self) -> socket.socket:
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]
        try:
            ensure_public(connected.getpeername()[0])
        except ValueError:
            connected.close()
            raise
        return connected


class _PublicConnection(_PublicSocket, HTTPConnection):
    pass


class _PublicTlsConnection(_PublicSocket, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _PublicConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _PublicTlsConnection


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
