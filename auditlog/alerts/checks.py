"""How rules decide, each with a constant number of indexed queries: (rule, its data, event) → finding or None."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from auditlog.alerts.data import RuleData
from auditlog.alerts.explaining import counted_reason, reason_of
from auditlog.alerts.familiar import is_new, is_this_machine, prefix_of
from auditlog.alerts.findings import Finding, Reason, about, details_of, highest
from auditlog.alerts.geography import distance_km, place_of
from auditlog.models import AnomalyRule, Familiar, SecurityEvent
from crm.core.devices import device_of
from crm.core.networks import network_of

# Evidence of one burst; what goes beyond is counted by the next look.
MOST_EVENTS = 500
# What a position by address may be wrong by, in kilometres.
BLUR_KM = 100

Check = Callable[[AnomalyRule, RuleData, SecurityEvent], Finding | None]


def count(rule: AnomalyRule, data: RuleData, event: SecurityEvent) -> Finding | None:
    """So many events of one subject within the window."""
    if rule.threshold == 1:
        return _found(data, [event], reason_of(event))
    events = within(rule, data, event)
    if len(events) < rule.threshold:
        return None
    took = round((events[-1].at - events[0].at).total_seconds())
    figures = {"number": len(events), "took": took, "threshold": rule.threshold, "window": seconds(rule)}
    return _found(data, events, counted_reason("count", events[-1], data.subject, **figures))


def amount(rule: AnomalyRule, data: RuleData, event: SecurityEvent) -> Finding | None:
    """So many rows, as the events of one subject within the window say together."""
    events = within(rule, data, event)
    total = sum(_rows(one) for one in events)
    if total < rule.threshold:
        return None
    figures = {"number": total, "threshold": rule.threshold, "window": seconds(rule)}
    return _found(data, events, counted_reason("amount", event, data.subject, **figures))


def insider(rule: AnomalyRule, data: RuleData, event: SecurityEvent) -> Finding | None:
    return count(rule, data, event) if event.person_id else None


def stranger(rule: AnomalyRule, data: RuleData, event: SecurityEvent) -> Finding | None:
    return None if event.person_id else count(rule, data, event)


def device(rule: AnomalyRule, data: RuleData, event: SecurityEvent) -> Finding | None:
    seen = device_of(event.agent)
    if not is_new(about(event, data.subject).key, Familiar.What.DEVICE, seen, event.at):
        return None
    return _found(data, [event], _sighting("device", event, device=seen))


def network(rule: AnomalyRule, data: RuleData, event: SecurityEvent) -> Finding | None:
    """By country where the GeoIP file knows it, else by the network around the address; this machine is neither."""
    place = place_of(event.address)
    what = Familiar.What.COUNTRY if place else Familiar.What.NETWORK
    value = place.country if place else prefix_of(event.address)
    if not value or not is_new(about(event, data.subject).key, what, value, event.at):
        return None
    reason = _sighting("country", event, place=str(place)) if place else _sighting("network", event)
    return _found(data, [event], reason)


def key_network(rule: AnomalyRule, data: RuleData, event: SecurityEvent) -> Finding | None:
    subject, value = about(event, data.subject), network_of(event.address)
    if not value or is_this_machine(event.address) or not is_new(subject.key, Familiar.What.NETWORK, value, event.at):
        return None
    return _found(data, [event], _sighting("key_network", event, name=subject.key_label))


def travel(rule: AnomalyRule, data: RuleData, event: SecurityEvent) -> Finding | None:
    """The threshold is a speed in km/h between this sign-in and the one before."""
    here = place_of(event.address)
    if here is None or (before := _sign_in_before(rule, event)) is None:
        return None
    there = place_of(before.address)
    way = distance_km(there, here) if there else None
    if there is None or way is None or way <= BLUR_KM:
        return None
    hours = max((event.at - before.at).total_seconds(), 1) / 3600
    if way / hours < rule.threshold:
        return None
    figures = {
        "took": round((event.at - before.at).total_seconds()),
        "distance": round(way),
        "threshold": rule.threshold,
    }
    places = {"there": str(there), "before_address": before.address, "place": str(here)}
    return _found(data, [before, event], _sighting("travel", event, **places, **figures))


def _sighting(key: str, event: SecurityEvent, **values: str | int) -> Reason:
    return Reason(key, {"person": event.person_label, "address": event.address, **values})


def seconds(rule: AnomalyRule) -> int:
    return round(rule.window.total_seconds())


CHECKS: dict[str, Check] = {
    "count": count,
    "amount": amount,
    "device": device,
    "network": network,
    "key_network": key_network,
    "travel": travel,
    "insider": insider,
    "stranger": stranger,
}


def within(rule: AnomalyRule, data: RuleData, event: SecurityEvent) -> list[SecurityEvent]:
    """The events of the same subject in the window that ends with this one, oldest first."""
    rows = of_subject(data, event).filter(kind__in=data.kinds, at__gte=event.at - rule.window, at__lte=event.at)
    return list(rows.order_by("-at")[:MOST_EVENTS])[::-1]


def of_subject(data: RuleData, event: SecurityEvent) -> "QuerySet[SecurityEvent]":
    """Through the index of people or of networks; nothing where the event names neither."""
    if data.subject == "address":
        return SecurityEvent.objects.filter(network=event.network) if event.network else SecurityEvent.objects.none()
    people = SecurityEvent.objects.filter(person_id=event.person_id)
    return people if event.person_id else SecurityEvent.objects.none()


def _sign_in_before(rule: AnomalyRule, event: SecurityEvent) -> SecurityEvent | None:
    since: datetime = event.at - rule.window
    rows = SecurityEvent.objects.filter(person_id=event.person_id, kind=event.kind, at__gte=since, at__lt=event.at)
    return rows.order_by("-at").first()


def _rows(event: SecurityEvent) -> int:
    value: Any = details_of(event).get("rows", 0)
    return value if isinstance(value, int) else 0


def _found(data: RuleData, events: list[SecurityEvent], reason: Reason) -> Finding:
    last = events[-1]
    return Finding(
        about=about(last, data.subject),
        reason=reason,
        severity=highest(event.severity for event in events),
        at=last.at,
        since=events[0].at,
        events=tuple(event.pk for event in events),
    )
