"""Banning a network and lifting the ban, by a trap or by hand."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from auditlog.honeypots.errors import AddressSpared
from auditlog.honeypots.snapshot import snapshot
from auditlog.honeypots.sparing import spared
from auditlog.models import AddressBan, BanSource, Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import ensure_may, fetch_locked, save_changes, validate_record
from crm.core.errors import Conflict, invalid_field
from crm.core.networks import network_of

BANNED, UNBANNED = "address.banned", "address.unbanned"
# The first time, the second, and from then on.
STEPS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=24))
LONGEST_HOURS = 24 * 365
# So long a network is remembered: until then its next ban is longer.
REMEMBERED = timedelta(days=30)
WHY_SPARED = {
    "local": "This address is the server itself or one of its proxies: everybody would be banned.",
    "in_use": "Somebody is signed in from this network, or a token or key was used there lately.",
}


@transaction.atomic
def address_ban(actor: Actor, *, address: str, reason: str, hours: int = 0, at: datetime | None = None) -> AddressBan:
    """By hand: refuses the network of `address` for `hours`, or without for as long as STEPS say.

    Raises Forbidden, Invalid, Conflict (`address_spared`).
    """
    ensure_may(actor, "security:write", AddressBan())
    now, network = at or timezone.now(), network_in(address)
    if not 0 <= hours <= LONGEST_HOURS:
        raise invalid_field("hours", f"From 1 to {LONGEST_HOURS} hours.", "out_of_bounds")
    if why := spared(network, now):
        raise AddressSpared(WHY_SPARED[why])
    return network_ban(actor, network, reason, BanSource.HAND, now, timedelta(hours=hours))


@transaction.atomic
def network_ban(
    actor: Actor, network: str, reason: str, source: BanSource, now: datetime, chosen: timedelta = timedelta(0)
) -> AddressBan:
    """For traps, which have looked whom to spare. A ban that acts already stays as it is, unless a time is chosen."""
    fresh = {"reason": reason, "until": now, "banned_by": actor.label[:255]}
    AddressBan.objects.get_or_create(network=network, defaults=fresh)
    ban: AddressBan = AddressBan.objects.select_for_update().get(network=network)
    if chosen or not ban.is_acting(now):
        _extend(actor, ban, reason, now, chosen, source)
    return ban


@transaction.atomic
def address_unban(actor: Actor, pk: UUID | str, version: int | None = None) -> AddressBan:
    """Ends a ban that was a mistake, so that the next one is a first one again.

    Raises NotFound, Forbidden, Stale, Conflict (`wrong_state`).
    """
    ban = fetch_locked(AddressBan, actor, "write", pk, version)
    now = timezone.now()
    if not ban.is_acting(now):
        raise Conflict("The ban is over.", code="wrong_state")
    before, ban.until, ban.times, ban.lifted_by = ban.until, now, 0, actor.label[:255]
    save_changes(ban, {"until", "times", "lifted_by"})
    record(actor, "address_bans.lifted", ban, {"until": (before, now)})
    security_event(UNBANNED, Severity.LOW, actor.origin, **_person(actor), network=ban.network, reason=ban.reason)
    transaction.on_commit(snapshot.expire)
    return ban


def purge_bans(at: datetime) -> int:
    """Forgets networks whose last ban was over long ago."""
    return AddressBan.objects.filter(until__lt=at - REMEMBERED).delete()[0]


def network_in(text: str) -> str:
    """`203.0.113.7` → itself, `2001:db8::1` → `2001:db8::/64`. Raises Invalid for anything else, wider networks too."""
    address, _, prefix = text.strip().partition("/")
    network = network_of(address)
    if not network or (prefix and prefix != ("64" if ":" in network else "32")):
        raise invalid_field("address", "An address such as 203.0.113.7 or 2001:db8::1, not a range.", "invalid_address")
    return network


def _extend(actor: Actor, ban: AddressBan, reason: str, now: datetime, chosen: timedelta, source: BanSource) -> None:
    before = ban.until
    ban.until = now + (chosen or STEPS[min(ban.times, len(STEPS) - 1)])
    ban.since, ban.times, ban.reason, ban.source = now, ban.times + 1, reason, source
    ban.banned_by, ban.lifted_by = actor.label[:255], ""
    validate_record(ban, actor)
    save_changes(ban, {"until", "since", "times", "reason", "source", "banned_by", "lifted_by"})
    record(actor, "address_bans.set", ban, {"until": (before, ban.until), "reason": (None, reason)})
    minutes = round((ban.until - now).total_seconds() / 60)
    security_event(
        BANNED, Severity.MEDIUM, actor.origin, **_person(actor),
        network=ban.network, reason=reason, source=str(source), minutes=minutes, times=ban.times,
    )  # fmt: skip
    transaction.on_commit(snapshot.expire)


def _person(actor: Actor) -> dict[str, Any]:
    return {"person_id": actor.id, "person_label": actor.label}
