"""Work that went on behind ends with a notice to its person; what somebody waited for does not."""

import pytest

from accounts.models import Role
from auditlog.models import AuditEvent
from crm.bulk import services as bulk
from crm.bulk.driving import BULK
from crm.notices import runs
from crm.notices.models import Notification
from crm.outbox.draining import drain
from crm.outbox.errors import Refused
from crm.transfer import services as imports
from crm.transfer.driving import IMPORTS
from crm.transfer.export_templates import services as templates
from crm.transfer.exports import services as exports
from crm.transfer.exports.models import Export
from crm.transfer.exports.running import run_export
from crm.transfer.models import ImportRun
from crm.transfer.schedules import services as schedules
from customers.models import Contact, Customer
from customers.tests.import_files import as_csv, uploaded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mary(as_actor, manager):
    return as_actor(manager)


def told():
    return {(one.kind, one.title, one.text) for one in Notification.objects.all()}


def test_an_import(mary, manager):
    file = uploaded(as_csv(["First name", "Last name"], [["Ivo", "Birch"], ["", ""]]))
    run = imports.import_create(mary, file, resource="contacts")
    imports.import_start(mary, run.pk)
    drain(kinds=[IMPORTS.kind])
    notice = Notification.objects.get()
    assert (notice.kind, notice.recipient_id) == ("import_finished", manager.pk)
    assert notice.title == "Your import of export.csv has finished" and notice.text.startswith("1 created")
    assert notice.link == f"/imports/{run.pk}/"


def test_an_import_that_stops_for_good(mary):
    run = imports.import_create(mary, uploaded(as_csv(["Last name"], [["Birch"]])), resource="contacts")
    ImportRun.objects.filter(pk=run.pk).update(state="running", file="gone.csv")
    IMPORTS.later(ImportRun.objects.get(pk=run.pk))
    drain(kinds=[IMPORTS.kind])
    ((kind, title, fault),) = told()
    assert (kind, title) == ("import_finished", "Your import of export.csv has stopped") and fault
    assert AuditEvent.objects.filter(action="imports.failed", object_id=str(run.pk)).count() == 1


def test_an_export_that_fails_for_good(mary, north, manager):
    Contact.objects.create(last_name="Birch", team=north)
    export = exports.export_create(mary, resource="contacts", at_once=exports.BEHIND)
    Export.objects.filter(pk=export.pk).update(state="queued", lease=None)
    type(manager).objects.filter(pk=manager.pk).update(role=Role.objects.get(name="read_only"))
    with pytest.raises(Refused):
        run_export(export.pk)
    assert Export.objects.get(pk=export.pk).state == "failed"
    # Who may order no exports any more sees none of theirs.
    assert told() == set() and AuditEvent.objects.filter(action="exports.failed").exists()


def test_few_records_are_changed_and_exported_while_one_waits(mary, north):
    Customer.objects.create(name="Acme", team=north)
    bulk.bulk_order(mary, resource="customers", action="update", values={"rating": "hot"}, filters={})
    exports.export_create(mary, resource="customers")
    assert told() == set()


def test_many_records_are_changed_behind(mary, north):
    Customer.objects.bulk_create(Customer(name=f"C{n}", team=north) for n in range(60))
    bulk.bulk_order(mary, resource="customers", action="update", values={"rating": "hot"}, filters={})
    drain(kinds=[BULK.kind])
    assert told() == {("bulk_finished", "“Change: Rating Hot” has finished", "60 changed")}


def test_many_records_are_exported_behind(mary, north, monkeypatch):
    monkeypatch.setattr(runs, "FEW_EXPORTED", 5)
    Contact.objects.bulk_create(Contact(last_name=f"L{n}", team=north) for n in range(8))
    export = exports.export_create(mary, resource="contacts")
    drain(kinds=["export"])
    assert told() == {("export_finished", "Your export of contacts is ready", "8 rows")}
    assert Notification.objects.get().link == f"/exports/{export.pk}/"


def test_a_schedule_tells_of_its_file_and_not_of_the_export_behind_it(mary, north, monkeypatch):
    monkeypatch.setattr(runs, "FEW_EXPORTED", 0)
    Contact.objects.create(last_name="Birch", team=north)
    template = templates.export_template_create(mary, name="People", resource="contacts", columns=["last_name"])
    schedule = schedules.export_schedule_create(mary, template=template)
    schedules.export_schedule_run_now(mary, schedule.pk)
    drain(kinds=["export"])
    ((kind, title, text),) = told()
    assert (kind, title) == ("scheduled_export", "People: your export is ready") and text.startswith("1 row")
    assert Notification.objects.get().mail == "none"
