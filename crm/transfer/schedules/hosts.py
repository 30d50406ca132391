"""Which hosts files may be delivered to: those of the public internet, unless the operator opens the own network."""

import ipaddress
import socket

from django.conf import settings

from crm.core.outgoing import AddressRefused


def ensure_allowed(address: str) -> None:
    """`address` is a numeric one. Raises AddressRefused."""
    ip = ipaddress.ip_address(address.split("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    is_public = ip.is_global and inner.is_global and not ip.is_multicast
    if not is_public and not settings.EXPORT_PRIVATE_HOSTS:
        raise AddressRefused("it is in a private network, and EXPORT_PRIVATE_HOSTS is not set.")


def ensure_host_allowed(host: str, port: int) -> None:
    """Every address that the name has. Raises AddressRefused, OSError for a name that nobody knows."""
    for *_how, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        ensure_allowed(str(address[0]))
