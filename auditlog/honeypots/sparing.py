"""Whom no ban may hit: ourselves, our proxies, and networks that people or programs of ours are working from."""

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_network

from django.conf import settings

InUse = Callable[[str, datetime], bool]

LOCAL, IN_USE = "local", "in_use"
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

_in_use: list[InUse] = []


def spare_where(in_use: InUse) -> None:
    """`in_use(network, at)` says that a session, token or key is used from there; called by crm.wiring only."""
    _in_use.append(in_use)


def is_ours(network: str) -> bool:
    """No client at all, this very machine, or a proxy of ours: banning it would ban everybody behind it."""
    if not network:
        return True
    candidate = ip_network(network)
    proxies = (one for one in settings.TRUSTED_PROXIES if not isinstance(one, str))
    # Networks of the two families never overlap.
    return any(candidate.version == one.version and candidate.overlaps(one) for one in (*LOOPBACK, *proxies))


def spared(network: str, at: datetime) -> str:
    """Why the network is not to be banned (`local`, `in_use`), or nothing."""
    if is_ours(network):
        return LOCAL
    return IN_USE if any(in_use(network, at) for in_use in _in_use) else ""
