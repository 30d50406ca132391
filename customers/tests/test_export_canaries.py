"""Whoever takes a canary out in a file has given themselves away, whichever way the file was asked for."""

import json

import pytest

from accounts.actors import actor_for
from auditlog.models import Alert, SecurityEvent
from crm.transfer.exports import services as exports
from crm.transfer.exports.models import Export
from crm.transfer.exports.running import run_export
from customers import services
from customers.models import Contact, Customer

pytestmark = pytest.mark.django_db
NAME = "Quillmere Optics Ltd"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def company(north, superadmin) -> Customer:
    values = {"name": NAME, "email": "hello@quillmere.example", "status": "active"}
    person = {"first_name": "Ottoline", "last_name": "Vantongeren", "email": "ottoline@quillmere.example"}
    return services.canaries_plant(actor_for(superadmin), [(values, [person])], north)[0]  # type: ignore[return-value]


def touches() -> set[tuple[str, str]]:
    events = SecurityEvent.objects.filter(kind="canary.touched")
    return {(details["via"], details["record"]) for details in (json.loads(event.details) for event in events)}


WAYS = {
    "everything": lambda company: {},
    "by its id": lambda company: {"ids": [str(company.pk)]},
    "archived, too": lambda company: {"filters": {"archived": "any"}},
    "narrowed": lambda company: {"filters": {"status": "active"}},
    "searched": lambda company: {"filters": {"search": "qu"}},
}


@pytest.mark.parametrize("way", WAYS)
def test_an_export_tells_of_it(way, company, acme, manager, api):
    Contact.objects.filter(customer=company).delete()
    answer = api(manager).post("exports", {"resource": "customers", **WAYS[way](company)})
    assert answer.status_code == 201 and touches() == {("export", f"customer:{company.pk}")}
    with Export.objects.get().file.open() as file:
        assert NAME in file.read().decode()


def test_it_raises_an_alert(company, manager, api, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        api(manager).post("exports", {"resource": "customers", "ids": [str(company.pk)]})
    assert Alert.objects.get(rule__name="canary_touched").person_id == manager.pk


def test_one_that_does_not_match_is_not_told_of(company, acme, manager, api):
    Contact.objects.filter(customer=company).delete()
    assert api(manager).post("exports", {"resource": "customers", "filters": {"status": "closed"}}).status_code == 201
    assert api(manager).post("exports", {"resource": "customers", "ids": [str(acme.pk)]}).status_code == 201
    assert not touches()


def test_people_of_a_canary_tell_of_it_by_its_name(company, manager, api):
    person = company.contacts.get()
    answer = api(manager).post("exports", {"resource": "contacts", "ids": [str(person.pk)]})
    assert answer.status_code == 201
    assert touches() == {("export", f"contact:{person.pk}"), ("export", f"customer:{company.pk}")}


def test_one_written_behind_tells_of_it_as_well(company, manager):
    Contact.objects.filter(customer=company).delete()
    export = exports.export_create(actor_for(manager), resource="customers", at_once=0)
    assert export.state == "queued" and not touches()
    run_export(export.pk)
    assert touches() == {("export", f"customer:{company.pk}")}
    (event,) = SecurityEvent.objects.filter(kind="canary.touched")
    assert event.person_id == manager.pk


def test_somebody_of_another_team_neither_gets_nor_touches_one(company, make_user, south, api):
    person = make_user("m@south.example", role="sales_manager", teams=(south,))
    answer = api(person).post("exports", {"resource": "customers", "ids": [str(company.pk)]})
    assert answer.json()["rows_done"] == 0 and not touches()


def test_asking_how_many_there_are_is_no_touch(company, acme, manager, sign_in):
    assert sign_in(manager).get("/exports/new/?resource=customers").status_code == 200
    assert not touches()
