"""Helpers of the tests about alerts: events as rules see them, and what they raised."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from auditlog.alerts.watching import judge
from auditlog.models import Alert, AnomalyRule, SecurityEvent, Severity
from auditlog.security import canonical_details
from crm.core.networks import network_of

HERE, ELSEWHERE, NEIGHBOUR = "198.51.100.7", "203.0.113.9", "198.51.100.200"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1"


def rule(name: str, **values: Any) -> AnomalyRule:
    """The seeded rule, with figures that suit the test."""
    AnomalyRule.objects.filter(name=name).update(**values)
    return AnomalyRule.objects.get(name=name)


def fired(name: str = "") -> list[Alert]:
    """Alerts of one rule, or of any."""
    rows = Alert.objects.select_related("rule").order_by("created_at")
    return list(rows.filter(rule__name=name) if name else rows)


def happened(
    kind: str,
    person: User | None = None,
    *,
    ago: timedelta = timedelta(0),
    at: datetime | None = None,
    address: str = HERE,
    agent: str = FIREFOX,
    severity: Severity = Severity.LOW,
    **details: str | int,
) -> SecurityEvent:
    """An event of some time ago, which the rules then look at."""
    home = person.memberships.first() if person else None
    event = SecurityEvent.objects.create(
        kind=kind,
        severity=severity,
        at=(at or timezone.now()) - ago,
        person_id=person.pk if person else None,
        person_label=str(person or ""),
        team_id=home.team_id if home else None,
        address=address,
        network=network_of(address),
        agent=agent,
        details=canonical_details(details),
    )
    judge(event)
    return event
