"""A record is found in the trail by every name it had, and by none that is no longer there to be found."""

from datetime import timedelta

import pytest

from auditlog import names
from auditlog.checking import verify
from auditlog.erasing import erase
from auditlog.models import AuditEvent, AuditName
from auditlog.purging import purge_events
from auditlog.sealing import seal_pending
from auditlog.tests.tampering import ACTOR
from customers import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(as_actor, owner, north):
    """Made as Acme, renamed to Zenith, and sealed."""
    made = services.customer_create(as_actor(owner), name="Acme", team=north)
    services.customer_update(as_actor(owner), made.pk, name="Zenith")
    seal_pending()
    return made


def found(text: str) -> list[str]:
    return [event.object_label for event in names.called(AuditEvent.objects.order_by("at"), text)]


@pytest.mark.parametrize("few", [0, 500])
@pytest.mark.parametrize(
    ("text", "labels"), [("acm", ["Acme"]), ("ZENITH", ["Zenith"]), ("e", ["Acme", "Zenith"]), ("nobody", [])]
)
def test_a_name_is_found_where_it_was_the_name_however_many_have_it(monkeypatch, acme, few, text, labels):
    monkeypatch.setattr(names, "FEW", few)
    assert found(text) == labels


def test_the_last_minute_is_found_before_it_is_sealed(as_actor, owner, acme):
    services.customer_update(as_actor(owner), acme.pk, name="Nadir")
    assert not AuditName.objects.filter(label="Nadir").exists()
    assert found("nadir") == ["Nadir"]


def test_each_name_of_a_record_is_kept_once(as_actor, owner, acme):
    services.customer_update(as_actor(owner), acme.pk, phone="+442079460000")
    seal_pending()
    kept = AuditName.objects.filter(object_id=str(acme.pk)).values_list("label", flat=True)
    assert sorted(kept) == ["Acme", "Zenith"]


def test_an_erased_name_is_gone_and_one_that_another_event_has_stays(as_actor, owner, acme):
    services.customer_update(as_actor(owner), acme.pk, phone="+442079460000")
    seal_pending()
    erase(ACTOR, AuditEvent.objects.filter(object_label="Acme").values_list("pk", flat=True), "asked to")
    erase(ACTOR, [AuditEvent.objects.filter(object_label="Zenith").first().pk], "asked to")
    assert list(AuditName.objects.filter(object_id=str(acme.pk)).values_list("label", flat=True)) == ["Zenith"]
    assert found("acme") == [] and found("zenith") == ["Zenith"]


def test_what_is_purged_leaves_no_name(settings, as_actor, owner, north):
    settings.AUDIT_RETENTION = dict.fromkeys(("normal", "sensitive"), timedelta(hours=-1))
    services.customer_create(as_actor(owner), name="Acme", team=north)
    seal_pending()
    purge_events(ACTOR)
    assert not AuditName.objects.filter(label="Acme").exists()


def test_a_name_that_somebody_removed_is_missed_by_verification(acme):
    assert verify().findings == 0
    AuditName.objects.filter(label="Zenith").delete()
    told = []
    assert verify(tell=told.append).findings == 1
    assert [found.kind for found in told] == ["name.missing"] and str(acme.pk) in told[0].message


def test_the_administration_searches_in_the_same_way(client, sign_in, superadmin, acme):
    page = sign_in(superadmin).get("/admin/auditlog/auditevent/?q=zen").content.decode()
    assert "Zenith" in page and "Acme" not in page
