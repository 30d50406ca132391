"""GDPR article 30: activities that compliance writes, and the tables as they are."""

import pytest
from django.apps import apps

from auditlog.models import AuditEvent
from crm.compliance.inventory import holdings
from crm.compliance.models import ProcessingActivity
from crm.compliance.seeding import ACTIVITIES, seed_activities

pytestmark = pytest.mark.django_db

NEW = {
    "name": "Payroll",
    "lawful_basis": "legal_obligation",
    "purpose": "Paying people.",
    "people": "Staff.",
    "data": "Names and bank accounts.",
}


@pytest.fixture(autouse=True)
def _seeded():
    seed_activities(ProcessingActivity)


def test_what_the_product_does_itself_is_there_from_the_start(auditor, api):
    names = {one["name"] for one in api(auditor).get("compliance/processing-activities").json()["results"]}
    assert names == {one["name"] for one in ACTIVITIES}


def test_create_change_and_remove_with_each_version_in_the_trail(admin, api):
    client = api(admin)
    made = client.post("compliance/processing-activities", NEW).json()
    url = f"compliance/processing-activities/{made['id']}"
    assert client.patch(url, {"retention": "Ten years."}).json()["version"] == 2
    assert client.delete(url).status_code == 204
    trail = AuditEvent.objects.filter(object_id=made["id"]).order_by("at").values_list("action", flat=True)
    assert list(trail) == [f"processing_activities.{verb}" for verb in ("created", "updated", "deleted")]


def test_pages_create_and_change(admin, sign_in):
    client = sign_in(admin)
    assert client.post("/compliance/processing/new/", NEW).status_code == 302
    one = ProcessingActivity.objects.get(name="Payroll")
    base = f"/compliance/processing/{one.pk}/"
    assert "Paying people." in client.get(base).content.decode()
    client.post(f"{base}edit/", {**NEW, "purpose": "Paying staff.", "version": 1})
    one.refresh_from_db()
    assert one.purpose == "Paying staff."
    client.post(f"{base}delete/")
    assert not ProcessingActivity.objects.filter(pk=one.pk).exists()


def test_readers_change_nothing(make_user, north, owner, api):
    role = apps.get_model("accounts", "Role")
    role.objects.create(name="reader", label="Reader", grants={"compliance:read": "all"})
    reader, one = make_user("reader@north.example", "reader", (north,)), ProcessingActivity.objects.first()
    assert api(reader).get(f"compliance/processing-activities/{one.pk}").status_code == 200
    assert api(owner).get(f"compliance/processing-activities/{one.pk}").status_code == 403
    for method, address, body in (
        ("post", "", NEW),
        ("patch", f"/{one.pk}", {"purpose": "x"}),
        ("delete", f"/{one.pk}", None),
    ):
        assert getattr(api(reader), method)(f"compliance/processing-activities{address}", body).status_code == 403
    assert ProcessingActivity.objects.count() == len(ACTIVITIES)


def test_a_name_is_taken_once_and_the_basis_is_one_of_six(admin, api):
    client = api(admin)
    assert client.post("compliance/processing-activities", {**NEW, "name": "Sales"}).status_code == 409
    assert client.post("compliance/processing-activities", {**NEW, "lawful_basis": "because"}).status_code == 422


def test_every_table_with_an_address_or_a_name_is_found():
    found = {one.table: one for one in holdings()}
    assert {"customers_contact", "customers_lead", "accounts_user", "auditlog_auditevent"} <= set(found)
    assert {"email", "birthdate"} <= set(found["customers_contact"].fields)
    assert "deals_pipeline" not in found


def test_the_inventory_says_how_long_the_trail_is_kept(settings):
    days = settings.AUDIT_RETENTION["sensitive"].days
    assert f"{days} days" in next(one.kept for one in holdings() if one.table == "auditlog_auditevent")


def test_the_report_has_activities_and_tables(auditor, api):
    rows = api(auditor).get("compliance/reports/gdpr-record").json()["rows"]
    names = {row["name"] for row in rows}
    assert "Customer management" in names and "Table customers_contact" in names
