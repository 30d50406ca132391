"""From a finding to an alert: a new one, or more of one that is not closed yet."""

from uuid import UUID

from django.db import transaction

from auditlog.alerts.findings import About, Finding, highest
from auditlog.alerts.people import home_team
from auditlog.models import Alert, AlertEvidence, AnomalyRule
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import save_changes


@transaction.atomic
def alert_raise(rule: AnomalyRule, finding: Finding) -> Alert | None:
    """None where every event of the finding was told before: looking twice changes nothing.

    Findings of one rule stand in a line behind its row, so that two at once do not make two alerts.
    """
    stand_in_line(rule)
    fresh = _fresh(rule, finding)
    if not fresh:
        return None
    alert = _joined(rule, finding) or _opened(rule, finding)
    AlertEvidence.objects.bulk_create(AlertEvidence(rule=rule, alert=alert, event_id=pk) for pk in fresh)
    _add(alert, finding, len(fresh))
    return alert


def stand_in_line(rule: AnomalyRule) -> None:
    AnomalyRule.objects.select_for_update().get(pk=rule.pk)


def _fresh(rule: AnomalyRule, finding: Finding) -> list[UUID]:
    known = AlertEvidence.objects.filter(rule=rule, event_id__in=finding.events).values_list("event_id", flat=True)
    return [pk for pk in finding.events if pk not in set(known)]


def _joined(rule: AnomalyRule, finding: Finding) -> Alert | None:
    """Within the rule's window, also while somebody is already at it."""
    rows = Alert.objects.unresolved().filter(rule=rule, subject=finding.about.key)
    return rows.filter(last_seen_at__gte=finding.since - rule.window).order_by("-last_seen_at").first()


def _opened(rule: AnomalyRule, finding: Finding) -> Alert:
    about: About = finding.about
    alert = Alert(
        rule=rule,
        severity=rule.severity,
        subject=about.key[:160],
        person_id=about.person_id,
        person_label=about.person_label,
        key_id=about.key_id,
        key_label=about.key_label,
        address=about.address,
        home_team_id=about.team_id or (home_team(about.person_id) if about.person_id else None),
        first_seen_at=finding.since,
        last_seen_at=finding.at,
    )
    alert.save(force_insert=True)
    record(Actor.system("anomaly_rules"), "alerts.raised", alert, {"rule": (None, rule.name)})
    return alert


def _add(alert: Alert, finding: Finding, events: int) -> None:
    alert.count += events
    alert.explanation_key, alert.explanation_values = finding.reason.key, finding.reason.values
    alert.address = finding.about.address or alert.address
    alert.severity = highest((alert.severity, finding.severity))
    alert.last_seen_at = max(alert.last_seen_at, finding.at)
    changed = {"count", "explanation_key", "explanation_values", "address", "severity", "last_seen_at"}
    save_changes(alert, changed)
