"""What follows when somebody steps into a trap: an event always, and a ban unless people work behind the address."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from auditlog.honeypots.bans import network_ban
from auditlog.honeypots.sparing import spared
from auditlog.models import BanSource, SecurityEvent, Severity
from auditlog.security import security_event
from crm.core.actor import Actor
from crm.core.networks import network_of

HIT, KEY_USED = "honeypot.hit", "honeypot.key_used"
SEVERITIES = {HIT: Severity.HIGH, KEY_USED: Severity.CRITICAL}
SOURCES = {HIT: BanSource.HONEYPOT, KEY_USED: BanSource.KEY}
SIGNED_IN = "signed_in"


@transaction.atomic
def spring(kind: str, actor: Actor, reason: str, **details: Any) -> SecurityEvent:
    """`actor` is who came, mostly nobody, with the origin of the request.

    `spared` in the event says why there is no ban: `signed_in` (the request itself carries a valid session, token or
    key), `in_use` (others do, from the same network), `local`; empty where there is one.
    """
    now, network = timezone.now(), network_of(actor.origin.address)
    why = SIGNED_IN if actor.is_authenticated else spared(network, now)
    event = security_event(
        kind, SEVERITIES[kind], actor.origin, person_id=actor.id,
        person_label=actor.label if actor.is_authenticated else "", network=network, spared=why, **details,
    )  # fmt: skip
    if not why:
        trap = replace(Actor.system(kind.partition(".")[0]), door=actor.door, origin=actor.origin)
        network_ban(trap, network, reason, SOURCES[kind], now)
    return event
