"""From which networks people and their programs work: those are never banned, whatever else comes from there."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from accounts.models import ApiKey, Session, TokenFamily
from crm.core.networks import network_of

# Programs come by the clock: once a night is often enough to be known.
PROGRAMS_SEEN = timedelta(days=1)


def is_in_use(network: str, at: datetime) -> bool:
    """A session that is still good, or a live token or key used within a day, from this network."""
    live = Q(user__is_active=True, created_at__gt=at - settings.SESSION_ABSOLUTE)
    sessions = Session.objects.filter(live, last_used_at__gt=at - settings.SESSION_IDLE)
    lately = Q(last_used_at__gt=at - PROGRAMS_SEEN)
    places = (
        (sessions, "address"),
        (TokenFamily.objects.live(at).filter(lately), "last_address"),
        (ApiKey.objects.live(at).filter(lately), "last_used_address"),
    )
    return any(_is_among(network, rows, column) for rows, column in places)


def _is_among(network: str, rows: Any, column: str) -> bool:
    """IPv4 addresses are compared by the database, IPv6 ones by their /64."""
    if ":" not in network:
        return bool(rows.filter(**{column: network}).exists())
    known = rows.filter(**{f"{column}__contains": ":"}).order_by().values_list(column, flat=True).distinct()
    return any(network_of(address) == network for address in known)
