"""Events leave after their time, seal by seal, unless a legal hold keeps them; what stays still verifies."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from auditlog.holds import hold_release, hold_set
from auditlog.leaves import retention_of
from auditlog.models import AuditEvent, AuditSeal, LegalHold
from auditlog.purging import purge_events
from auditlog.sealing import seal_pending
from auditlog.services import record
from auditlog.tests.tampering import ACTOR, findings, history
from crm.core.errors import Conflict, Forbidden

pytestmark = pytest.mark.django_db
SHORT = {"normal": timedelta(hours=-1), "sensitive": timedelta(days=7)}


@pytest.fixture
def past(settings) -> list[AuditSeal]:
    """Sealed for a time that is over already."""
    settings.AUDIT_RETENTION = SHORT
    return history(rounds=2)


def test_everyday_events_go_and_sensitive_ones_stay(past):
    assert purge_events(ACTOR) == AuditSeal.objects.count() // 2 * 6
    assert set(AuditEvent.objects.exclude(action="audit.purged").values_list("retention", flat=True)) == {"sensitive"}
    assert AuditEvent.objects.filter(action="audit.purged").count() == 2
    seal_pending()
    assert findings(at=timezone.now() + timedelta(seconds=2)) == []
    assert purge_events(ACTOR) == 0


def test_nothing_goes_before_its_time(past):
    assert purge_events(ACTOR, timezone.now() - timedelta(days=1)) == 0


def test_the_database_refuses_to_remove_an_event_before_its_time():
    history(rounds=1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.all().delete()


@pytest.fixture
def officer(as_actor, superadmin):
    return as_actor(superadmin)


def test_a_hold_keeps_the_whole_seal_until_it_is_released(past, officer, settings):
    kept = record(ACTOR, "customers.updated", past[0])
    seal_pending()
    hold = hold_set(officer, object_type=kept.object_type, object_id=kept.object_id, reason="dispute 7")
    purge_events(ACTOR)
    assert AuditEvent.objects.filter(pk=kept.pk).exists()
    hold_release(officer, hold.pk, reason="settled")
    purge_events(ACTOR)
    assert not AuditEvent.objects.filter(pk=kept.pk).exists()
    with pytest.raises(Conflict, match="before"):
        hold_release(officer, hold.pk, reason="settled")


def test_a_record_is_held_once_at_a_time(officer, superadmin):
    about = {"object_type": "user", "object_id": str(superadmin.pk)}
    hold = hold_set(officer, **about, reason="dispute 7")
    with pytest.raises(Conflict):
        hold_set(officer, **about, reason="again")
    hold_release(officer, hold.pk, reason="settled")
    hold_set(officer, **about, reason="again")
    actions = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["legal_holds.created", "legal_holds.released", "legal_holds.created"]


def test_a_hold_is_not_for_everybody(as_actor, owner):
    with pytest.raises(Forbidden):
        hold_set(as_actor(owner), object_type="user", object_id=str(owner.pk), reason="mine")
    assert not LegalHold.objects.exists()


@pytest.mark.parametrize(
    ("action", "retention"),
    [
        *[("customers.updated", "normal"), ("deals.moved", "normal"), ("customers.deleted", "sensitive")],
        *[("users.updated", "sensitive"), ("tokens.issued", "sensitive"), ("contacts.exported", "sensitive")],
        *[("audit.redacted", "sensitive"), ("roles.created", "sensitive"), ("legal_holds.created", "sensitive")],
    ],
)
def test_what_concerns_access_and_loss_is_kept_for_years(action, retention):
    assert retention_of(action) == retention
