"""Analytics: the same figures before and after sealing and purging, and every changed figure is named."""

from datetime import timedelta

import pytest
from django.utils import timezone

from auditlog.analytics import analytics
from auditlog.models import AuditEvent, AuditTally
from auditlog.purging import purge_events
from auditlog.sealing import seal_pending
from auditlog.services import record
from auditlog.tallies import differences, purge_tallies
from auditlog.tests.tampering import ACTOR, history
from customers import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(as_actor, superadmin):
    return as_actor(superadmin)


@pytest.fixture
def work(as_actor, owner, north):
    """Two changes by Olive in North, one job of the house."""
    made = services.customer_create(as_actor(owner), name="Acme", team=north)
    services.customer_update(as_actor(owner), made.pk, name="Acme 2")
    record(ACTOR, "customers.viewed_sensitive", made)
    record(ACTOR, "keys.rotated")


def test_sealing_changes_no_figure(officer, work):
    now = timezone.now()
    before = analytics(officer, 7, now)
    seal_pending(now)
    after = analytics(officer, 7, now)
    assert before == after and after.total == 4
    assert dict(after.people) == {"Olive Owner": 2, "system:test": 2} and after.readers == [("system:test", 1)]


def test_what_is_sealed_and_what_waits_add_up(officer, work):
    seal_pending()
    record(ACTOR, "keys.rotated")
    assert dict(analytics(officer, 1).actions)["keys.rotated"] == 2


def test_a_reader_of_a_team_is_told_of_that_team(as_actor, owner, outsider, work):
    seal_pending()
    assert analytics(as_actor(owner), 7).total == 3 and analytics(as_actor(outsider), 7).total == 0


def test_what_is_purged_is_not_counted_any_more(settings, officer, work):
    settings.AUDIT_RETENTION = dict.fromkeys(("normal", "sensitive"), timedelta(hours=-1))
    seal_pending()
    assert list(differences(timezone.now())) == []
    purge_events(ACTOR)
    AuditEvent.objects.filter(seal=None)
    assert not AuditTally.objects.exists() and list(differences(timezone.now())) == []
    assert {action for action, _count in analytics(officer, 7).actions} == {"audit.purged"}


@pytest.mark.parametrize("change", ["more", "gone", "invented"])
def test_a_changed_figure_is_named(change):
    history(rounds=2)
    tally = AuditTally.objects.filter(dimension="action").first()
    if change == "more":
        AuditTally.objects.filter(pk=tally.pk).update(count=tally.count + 1)
    elif change == "gone":
        tally.delete()
    else:
        AuditTally.objects.create(hour=tally.hour, dimension="action", value="invented", count=1)
        tally.value = "invented"
    [found] = differences(timezone.now())
    assert found.kind == "tally.count" and tally.value in found.message


def test_old_hours_are_forgotten(work):
    seal_pending()
    assert purge_tallies(timezone.now()) == 0
    assert purge_tallies(timezone.now() + timedelta(days=100)) > 0 and not AuditTally.objects.exists()
