"""Internet addresses as we compare them: unwrapped, and as the network that one customer of a provider holds."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IPV6_PREFIX = 64  # what a provider gives to one household: 2^64 addresses that are one person

Address = IPv4Address | IPv6Address


def parse_address(text: str) -> Address | None:
    """`192.0.2.1`, `192.0.2.1:443`, `[2001:db8::1]:443`, `::ffff:192.0.2.1`, `fe80::1%eth0`; None for anything else."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def network_of(text: str) -> str:
    """What limits count by: an IPv4 address itself, of IPv6 the /64 (`2001:db8::/64`); empty where there is none."""
    address = parse_address(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX), strict=False))
    return str(address or "")
