"""From which networks a key may be used: CIDR, IPv4 and IPv6; an empty list means anywhere."""

from collections.abc import Iterable
from ipaddress import ip_network

from crm.core.errors import invalid_field
from crm.core.networks import parse_address

MOST = 50


def parse_networks(texts: Iterable[str]) -> list[str]:
    """Each once, in its shortest form; a single address is a network of one.

    Raises Invalid (`invalid_network`) for what is no network, has bits beyond its mask, or allows everybody.
    """
    networks = list(dict.fromkeys(_parse(text.strip()) for text in texts if text.strip()))
    if len(networks) > MOST:
        raise invalid_field("allowed_networks", f"At most {MOST} networks.", "too_many_networks")
    return networks


def _parse(text: str) -> str:
    try:
        network = ip_network(text)
    except ValueError:
        message = f"{text[:64]} is no network. Write it like 203.0.113.0/24, 2001:db8::/48 or 203.0.113.7."
        raise invalid_field("allowed_networks", message, "invalid_network") from None
    if network.prefixlen == 0:
        message = f"{text[:64]} allows everybody. Leave the list empty if that is meant."
        raise invalid_field("allowed_networks", message, "invalid_network")
    return str(network)


def allows(networks: list[str], address: str) -> bool:
    """An address that cannot be read is outside every list; IPv4 that came through an IPv6 socket is IPv4."""
    if not networks:
        return True
    known = parse_address(address)
    return known is not None and any(known in ip_network(network) for network in networks)
