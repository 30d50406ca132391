"""Whoever still has the old values, a page left open, a program or a file, cannot write them back after an erasure."""

import pytest
from django.db import IntegrityError, transaction

from accounts.administration import user_update
from accounts.models import User
from auditlog.models import AuditEvent
from auditlog.writes import apply
from crm.core.errors import Erased
from crm.core.failures import as_crm_error
from crm.privacy.erasing import subject_erase
from crm.privacy.personal import BLANK
from crm.privacy.subjects import KINDS
from crm.privacy.tests.conftest import EMAIL
from crm.privacy.tests.test_erasure import TRACES, erasure_of
from crm.transfer.batches import Table, import_rows
from crm.transfer.csv_rows import RawRow
from crm.transfer.importers import importer_for
from crm.transfer.models import ImportMode, ImportRun
from crm.transfer.running import context_of
from customers.models import Contact, Customer, Lead
from customers.services import consent_record, contact_update, customer_restore, records_assign

pytestmark = pytest.mark.django_db


@pytest.fixture
def erased(officer, wilma):
    subject_erase(officer, erasure_of(officer, wilma).pk)
    return Contact.objects.get(pk=wilma.pk)


def nothing_came_back(record, events):
    fresh = type(record)._base_manager.get(pk=record.pk)
    assert (fresh.version, fresh.email, str(fresh)) == (record.version, "", "Erased person")
    assert not any(trace in fresh.search_text for trace in TRACES)
    return AuditEvent.objects.count() == events


def test_a_page_is_refused_and_says_why(sign_in, owner, erased):
    before = AuditEvent.objects.count()
    form = {"last_name": "Zuckermann", "email": EMAIL, "contact_type": "other", "team": str(erased.team_id)}
    answer = sign_in(owner).post(f"/contacts/{erased.pk}/edit/", {**form, "version": erased.version})
    assert answer.status_code == 409 and "was erased on request" in answer.text
    assert nothing_came_back(erased, before)


def test_an_edit_in_place_is_refused_and_says_why(sign_in, owner, erased):
    before = AuditEvent.objects.count()
    address = f"/contacts/{erased.pk}/fields/email/"
    answer = sign_in(owner).post(address, {"email": EMAIL, "version": erased.version})
    assert answer.status_code == 422 and "was erased on request" in answer.text
    assert nothing_came_back(erased, before)


@pytest.mark.parametrize("values", [{"email": EMAIL}, {"description": "Wilma"}, {"birthdate": "1980-02-03"}])
def test_a_program_without_a_version_is_refused_by_code(api, superadmin, erased, values):
    before = AuditEvent.objects.count()
    answer = api(superadmin).patch(f"contacts/{erased.pk}", values)
    assert answer.status_code == 409 and answer.json()["error"]["code"] == "erased"
    assert nothing_came_back(erased, before)


def test_one_among_many_writes_takes_the_others_along_or_none(api, owner, erased, acme):
    operations = [
        {"op": "update", "id": str(erased.pk), "data": {"phone": "+493055501234"}},
        {"op": "create", "data": {"last_name": "Kind", "team": str(erased.team_id)}},
    ]
    answer = api(owner).post("contacts/bulk", {"operations": operations})
    assert answer.status_code == 422 and answer.json()["results"][0]["body"]["error"]["code"] == "erased"
    assert not Contact.objects.filter(last_name="Kind").exists()
    apart = api(owner).post("contacts/bulk", {"operations": operations, "atomic": False})
    assert [one["status"] for one in apart.json()["results"]] == [409, 201]
    assert nothing_came_back(erased, AuditEvent.objects.count())


def test_a_file_that_names_the_blank_record_is_refused_on_its_row(officer, actor, owner, north):
    one = Customer.objects.create(name="Wilma Zuckermann", kind="individual", email=EMAIL, team=north, owner=owner)
    subject_erase(officer, erasure_of(officer, one).pk)
    customer_restore(officer, one.pk)
    run = ImportRun(team=north, owner=owner, resource="customers", headers=["name", "email"], mode=ImportMode.BOTH)
    rows = [RawRow(2, ["Erased person", EMAIL])]
    table = Table(["name", "email"], ["name", "email"])
    (draft,) = import_rows(importer_for("customers"), rows, table, context_of(run, actor))
    assert draft.status == "failed" and "erased" in [reason["code"] for reason in draft.reasons]
    assert Customer.objects.get(pk=one.pk).email == ""


def test_a_colleague_stays_blank_and_cannot_be_let_in_again(officer, teammate):
    User.objects.filter(pk=teammate.pk).update(is_active=False)
    subject_erase(officer, erasure_of(officer, teammate, person="Tom Teammate").pk)
    for values in ({"full_name": "Tom Teammate"}, {"is_active": True}):
        with pytest.raises(Erased):
            user_update(officer, teammate.pk, **values)
    assert User.objects.get(pk=teammate.pk).full_name == "Erased person"


@pytest.mark.parametrize(("kind", "name"), [("contact", "email"), ("lead", "description"), ("customer", "phone")])
def test_the_database_refuses_what_passes_no_service(kind, name, officer, wilma, lead, north, owner):
    one = {"contact": wilma, "lead": lead}.get(kind) or Customer.objects.create(
        name="Wilma Zuckermann", kind="individual", team=north, owner=owner
    )
    subject_erase(officer, erasure_of(officer, one).pk)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        KINDS[kind]._base_manager.filter(pk=one.pk).update(**{name: "+493055501234"})
    assert as_crm_error(refusal.value).code == "erased"


def test_a_write_that_read_before_the_erasure_is_refused_by_the_database(officer, actor, wilma):
    """As without any lock: the object in hand does not know of the erasure."""
    read_before = Contact.objects.get(pk=wilma.pk)
    subject_erase(officer, erasure_of(officer, wilma).pk)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        apply(actor, read_before, {"email": "w@other.example"})
    assert as_crm_error(refusal.value).code == "erased"


def test_nobody_agrees_for_who_was_erased(actor, erased):
    with pytest.raises(Erased):
        consent_record(actor, contact=erased, channel="email", status="granted", lawful_basis="consent")
    assert not erased.consents.filter(status="granted").exists()


def test_what_is_nobodys_still_changes(officer, manager, actor, owner, teammate, erased):
    """A blank record can be given to somebody else, as a house must when a colleague leaves."""
    contact_update(officer, erased.pk, owner=teammate)
    contact_update(actor, erased.pk, country="DE", last_name="Erased person")
    records_assign(manager, Contact, [erased.pk], owner)
    erased.refresh_from_db()
    assert (erased.owner, erased.country) == (teammate, "DE")  # an archived record is not among those of a bulk act


@pytest.fixture
def manager(make_user, as_actor, north):
    return as_actor(make_user("manager@north.example", "sales_manager", (north,)))


@pytest.mark.parametrize("model", [Contact, Lead, Customer, User])
def test_every_blank_column_is_kept_so_by_the_database(model):
    (constraint,) = (one for one in model._meta.constraints if one.name.endswith(Erased.CONSTRAINT))
    _alive, blank = constraint.condition.children
    made_from_the_id = {"email", "password"} if model is User else set()
    assert {name for name, _value in blank.children} == set(BLANK[model._meta.model_name]) - made_from_the_id
