"""Where an authorization code may be sent: the very address that was registered, on any port if it is loopback."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::\d{1,5})?((?:/[^\s#\\]*)?)")
# Anything else in a host means something to a header or to one of two readers of the address. IDNs come as xn--.
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z.-]+)(:[0-9]{1,5})?")
LOCAL_NAMES = {"127.0.0.1", "::1", "localhost"}


def is_registered(uri: str, registered: list[str]) -> bool:
    """Plain string comparison (RFC 9700 §2.1); native apps choose their loopback port at run time (RFC 8252 §7.3)."""
    return uri in registered or _without_port(uri) in map(_without_port, registered)


def _without_port(uri: str) -> str:
    match = LOOPBACK.fullmatch(uri)
    return "".join(match.groups()) if match else uri


def check_redirect_uri(uri: str) -> None:
    """Raises ValidationError unless it is https, or http to this very machine, without fragment, user or wildcard."""
    try:
        parts = urlsplit(uri)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise ValidationError("This is not an address.", code="invalid_redirect_uri") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOCAL_NAMES):
        raise ValidationError("Use https, or http to 127.0.0.1 or [::1].", code="invalid_redirect_uri")
    if not HOST.fullmatch(parts.netloc) or "#" in uri or re.search(r"[\s\\\x00-\x20]", uri):
        raise ValidationError("No wildcard, user, fragment or space here.", code="invalid_redirect_uri")


def origin_of(uri: str) -> str:
    """`https://app.example:8443` of an address, as a CSP source."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"
