"""The same rule and subject is one alert while somebody looks at it; looking twice changes nothing; races neither."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from auditlog.alerts import raising, services
from auditlog.alerts.scanning import scan
from auditlog.alerts.watching import judge
from auditlog.models import Alert, AlertEvidence, AuditEvent, Familiar, SecurityEvent, Severity
from auditlog.tests.alerts import ELSEWHERE, HERE, SAFARI, fired, happened, rule
from crm.core.actor import Actor
from crm.core.networks import network_of
from tests.meeting import at_once, meeting_place

SYSTEM = Actor.system("test")


@pytest.mark.django_db
def test_within_the_window_more_of_the_same_joins_the_alert():
    for minutes in (50, 20, 0):
        happened(
            "honeypot.hit", ago=timedelta(minutes=minutes), severity=Severity.HIGH if minutes == 0 else Severity.LOW
        )
    (alert,) = fired("honeypot_hit")
    assert (alert.count, alert.severity, alert.version) == (3, "high", 4)
    assert alert.last_seen_at - alert.first_seen_at > timedelta(minutes=49)
    assert AuditEvent.objects.filter(action="alerts.raised").count() == 1


@pytest.mark.django_db
def test_after_the_window_and_for_another_subject_it_is_another_alert():
    happened("honeypot.hit", ago=timedelta(minutes=61))
    happened("honeypot.hit")
    happened("honeypot.hit", address=ELSEWHERE)
    assert [alert.count for alert in fired("honeypot_hit")] == [1, 1, 1]


@pytest.mark.django_db
def test_an_alert_in_hand_takes_more_and_a_closed_one_does_not():
    happened("honeypot.hit")
    (alert,) = fired()
    services.alert_acknowledge(SYSTEM, alert.pk)
    happened("honeypot.hit")
    assert [(one.count, one.state) for one in fired()] == [(2, "acknowledged")]
    services.alert_close(SYSTEM, alert.pk, resolution="expected")
    happened("honeypot.hit")
    assert [(one.count, one.state) for one in fired()] == [(2, "closed"), (1, "open")]


@pytest.mark.django_db
def test_the_scan_finds_what_no_thread_judged_and_looking_again_changes_nothing(owner):
    rule("failures_of_person", threshold=2)
    happened("login.succeeded", owner, ago=timedelta(hours=30))
    who = {"person_id": owner.pk, "person_label": str(owner), "network": network_of(HERE), "address": HERE}
    for kind in ("login.failed", "login.failed", "honeypot.hit"):
        SecurityEvent.objects.create(kind=kind, severity=Severity.LOW, **who)
    SecurityEvent.objects.create(kind="login.succeeded", severity=Severity.INFO, agent=SAFARI, **who)
    assert not fired()
    assert scan() == 3
    names = {alert.rule.name: alert.count for alert in fired()}
    assert names == {"failures_of_person": 2, "honeypot_insider": 1, "new_device": 1}
    before = list(Alert.objects.order_by("pk").values())
    assert scan() == 0
    for event in SecurityEvent.objects.all():
        judge(event)
    after = list(Alert.objects.order_by("pk").values())
    assert [one["count"] for one in after] == [one["count"] for one in before] and len(after) == len(before)


@pytest.mark.django_db
def test_the_scan_costs_the_same_however_much_was_judged_before(owner, django_assert_max_num_queries):
    for number in range(30):
        happened("honeypot.hit", address=f"192.0.2.{number}")
        happened("login.succeeded", owner)
    with django_assert_max_num_queries(40):
        assert scan() == 0


@pytest.mark.django_db
def test_what_is_familiar_is_bounded(owner):
    for number in range(60):
        happened("login.succeeded", owner, address=f"10.{number}.0.1", at=timezone.now() + timedelta(seconds=number))
    rows = Familiar.objects.filter(what="network")
    assert rows.count() == 50 and rows.filter(value="10.59.0.0/24").exists()


def many_hits(number: int) -> list[SecurityEvent]:
    who = {"kind": "honeypot.hit", "severity": Severity.LOW, "address": HERE, "network": HERE}
    return [SecurityEvent.objects.create(**who) for _ in range(number)]


def let_all_look_before_one_opens(monkeypatch, people: int) -> None:
    meet, look = meeting_place(people, is_locked=False), raising._joined

    def look_together(rule, finding):
        found = look(rule, finding)
        meet()
        return found

    monkeypatch.setattr(raising, "stand_in_line", lambda rule: None)
    monkeypatch.setattr(raising, "_joined", look_together)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set DATABASE_URL")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [False, True])
def test_eight_findings_at_once_are_one_alert_thanks_to_the_lock(monkeypatch, locked):
    events = many_hits(8)
    if not locked:
        let_all_look_before_one_opens(monkeypatch, 8)
    at_once([lambda event=event: judge(event) for event in events])  # type: ignore[misc]
    assert sum(alert.count for alert in fired()) == AlertEvidence.objects.count() == 8
    assert len(fired()) == (1 if locked else 8)


@pytest.mark.django_db(transaction=True)
def test_the_same_event_judged_by_two_at_once_counts_once():
    (event,) = many_hits(1)
    at_once([lambda: judge(event)] * 4)
    assert [alert.count for alert in fired()] == [1]
