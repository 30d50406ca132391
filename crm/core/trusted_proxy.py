"""The only place that believes a proxy: sets address and scheme from its headers, then takes the headers away."""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from crm.core.networks import Address, parse_address

# A server behind a Unix socket sees no address; only who may open the socket can be at the other end.
UNIX_SOCKET: Literal["unix"] = "unix"
FORWARDED_FOR, FORWARDED_PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
# gunicorn believes any of these from 127.0.0.1 and through a socket.
SCHEME_HEADERS = (FORWARDED_PROTO, "HTTP_X_FORWARDED_PROTOCOL", "HTTP_X_FORWARDED_SSL")
HEADERS = (
    FORWARDED_FOR,
    *SCHEME_HEADERS,
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED",
    "HTTP_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_SERVER",
    "HTTP_X_REAL_IP",
    "HTTP_X_CLIENT_IP",
    "HTTP_X_CLUSTER_CLIENT_IP",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_CF_CONNECTING_IP",
    "HTTP_FASTLY_CLIENT_IP",
)


class TrustedProxyMiddleware:
    """First in the chain; whatever follows reads REMOTE_ADDR and `is_secure()` and knows of no proxy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        peer = meta.get("REMOTE_ADDR", "")
        said = {name: meta.pop(name) for name in HEADERS if name in meta}
        trusted = is_trusted(peer)
        if any(name in said for name in SCHEME_HEADERS):
            meta["wsgi.url_scheme"] = scheme_of(said.get(FORWARDED_PROTO, "")) if trusted else "http"
        meta["REMOTE_ADDR"] = client_address(peer, said.get(FORWARDED_FOR, "") if trusted else "")
        return self.get_response(request)


def is_trusted(peer: str) -> bool:
    proxies: Sequence[IPv4Network | IPv6Network | str] = settings.TRUSTED_PROXIES
    return UNIX_SOCKET in proxies if not peer else _is_within(parse_address(peer), proxies)


def _is_within(address: Address | None, proxies: Sequence[IPv4Network | IPv6Network | str]) -> bool:
    return address is not None and any(address in network for network in proxies if not isinstance(network, str))


def client_address(peer: str, forwarded_for: str) -> str:
    """The first address from the right that is no proxy of ours; what stands left of it anybody may have written.

    Where every hop is trusted it is the leftmost; where a hop is no address, the last good one.
    """
    client = parse_address(peer)
    for hop in reversed(forwarded_for.split(",")):
        address = parse_address(hop)
        client = address or client
        if not _is_within(address, settings.TRUSTED_PROXIES):
            break
    return str(client or "")


def scheme_of(forwarded_proto: str) -> str:
    """The nearest proxy's word, which stands last."""
    return "https" if forwarded_proto.rpartition(",")[2].strip().lower() == "https" else "http"
