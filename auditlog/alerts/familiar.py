"""What a person or key was seen with before. At most 50 of a kind each, forgotten after half a year without use."""

from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_network

from auditlog.models import Familiar
from crm.core.networks import parse_address

MOST = 50
KEPT = timedelta(days=180)
# What a provider or office routes together.
PREFIXES = {4: 24, 6: 48}


def is_new(subject: str, what: Familiar.What, value: str, at: datetime) -> bool:
    """Notes the sighting; True where others were seen before and this one never. The very first is learned silently."""
    known = list(Familiar.objects.filter(subject=subject, what=what).order_by("-last_seen_at")[: MOST + 1])
    if any(one.value == value for one in known):
        Familiar.objects.filter(subject=subject, what=what, value=value).update(last_seen_at=at)
        return False
    seen = Familiar(subject=subject, what=what, value=value, first_seen_at=at, last_seen_at=at)
    Familiar.objects.bulk_create([seen], ignore_conflicts=True)
    Familiar.objects.filter(pk__in=[one.pk for one in known[MOST - 1 :]]).delete()
    return bool(known)


def prefix_of(address: str) -> str:
    """`192.0.2.0/24`, `2001:db8:1::/48`; empty for what is no address, and for the machine itself."""
    parsed = parse_address(address)
    if parsed is None or is_this_machine(address):
        return ""
    return str(ip_network((parsed, PREFIXES[4 if isinstance(parsed, IPv4Address) else 6]), strict=False))


def is_this_machine(address: str) -> bool:
    """Loopback comes from no network, so none of it is new."""
    parsed = parse_address(address)
    return parsed is not None and parsed.is_loopback


def purge_familiar(at: datetime) -> int:
    return Familiar.objects.filter(last_seen_at__lt=at - KEPT).delete()[0]
