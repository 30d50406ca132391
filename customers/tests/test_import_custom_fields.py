"""A file's columns reach fields that an administrator added, as if they had been typed in."""

import pytest

from accounts.models import Role
from crm.transfer.importers import importer_for
from customers import services
from customers.models import Customer
from customers.tests.import_files import as_csv, import_text

pytestmark = pytest.mark.django_db

GRADES = [{"key": "gold", "label": "Gold star"}, {"key": "iron", "label": "Iron"}]


@pytest.fixture
def define(superadmin, as_actor):
    def make(type, label, **more):
        values = {"holder": "customer", "type": type, "label": label, **more}
        return services.custom_field_create(as_actor(superadmin), **values)

    return make


@pytest.fixture
def bring(manager, as_actor, north):
    def run(headers, *rows, **options):
        mapping = {"mapping": options.pop("mapping")} if "mapping" in options else {}
        text = as_csv(headers, rows)
        return import_text(as_actor(manager), text, mapping or None, resource="customers", team=north, **options)

    return run


def reasons_of(run):
    return {(reason["field"], reason["code"]) for row in run.rows.all() for reason in row.reasons}


def test_a_column_named_like_a_field_is_mapped_and_read_as_its_type(define, bring, owner, acme):
    define("text", "Contract number"), define("number", "Seats"), define("money", "Budget", currency="EUR")
    define("date", "Renewal"), define("choice", "Grade", choices=GRADES), define("boolean", "VIP")
    define("multi_choice", "Topics", choices=GRADES), define("user", "Advisor")
    define("record", "Broker", target="customer"), define("link", "Portal")
    Customer.objects.filter(pk=acme.pk).update(external_id="A-1")
    headers = ["Name", "Contract number", "seats", "Budget", "Renewal", "Grade", "VIP", "Topics", "Advisor", "Broker"]
    row = ["Kiosk", "NB-7", "1,200", "1,999.50", "2026-12-31", "gold star", "yes", "Gold star; Iron", "Olive Owner"]
    run = bring([*headers, "Portal"], [*row, "A-1", "portal.example/x"])
    assert run.created_count == 1 and not reasons_of(run)
    assert Customer.objects.get(name="Kiosk").custom_fields == {
        "contract_number": "NB-7",
        "seats": 1200,
        "budget": 1999.5,
        "renewal": "2026-12-31",
        "grade": "gold",
        "vip": True,
        "topics": ["gold", "iron"],
        "advisor": str(owner.pk),
        "broker": str(acme.pk),
        "portal": "https://portal.example/x",
    }


def test_what_cannot_be_read_is_told_at_its_row(define, bring):
    define("number", "Seats"), define("multi_choice", "Topics", choices=GRADES), define("user", "Advisor")
    run = bring(
        ["Name", "Seats", "Topics", "Advisor"],
        ["Broken", "many", "", ""],
        ["Noted", "1", "Iron; Tin", "Nobody Known"],
    )
    assert (run.created_count, run.failed_count) == (1, 1)
    assert Customer.objects.get(name="Noted").custom_fields == {"seats": 1, "topics": ["iron"]}
    assert reasons_of(run) == {
        ("custom_fields.seats", "invalid_number"),
        ("custom_fields.topics", "unknown_choice"),
        ("custom_fields.advisor", "unknown_link"),
    }


def test_defaults_fill_and_required_ones_stop_the_row(define, bring):
    define("number", "Seats", default="5"), define("text", "Contract", required=True)
    run = bring(["Name", "Contract"], ["With", "NB-1"], ["Without", ""])
    assert (run.created_count, run.failed_count) == (1, 1) and reasons_of(run) == {
        ("custom_fields.contract", "required")
    }
    assert Customer.objects.get().custom_fields == {"seats": 5, "contract": "NB-1"}


def test_an_update_changes_filled_cells_and_leaves_the_rest(define, bring, acme):
    define("text", "One"), define("text", "Two")
    Customer.objects.filter(pk=acme.pk).update(external_id="A-1", custom_fields={"one": "a", "two": "b"})
    run = bring(["External ID", "Name", "One", "Two"], ["A-1", "Acme", "c", ""], mode="both")
    acme.refresh_from_db()
    assert run.updated_count == 1 and acme.custom_fields == {"one": "c", "two": "b"}


def test_a_sensitive_field_is_left_out_for_who_may_not_set_it(define, bring, manager):
    define("number", "Rate", sensitive="billing")
    Role.objects.filter(pk=manager.role_id).update(
        grants={name: reach for name, reach in manager.role.grants.items() if name != "billing:write"}
    )
    manager.refresh_from_db()
    run = bring(["Name", "Rate"], ["Kiosk", "7"])
    assert run.created_count == 1 and Customer.objects.get().custom_fields == {}
    assert reasons_of(run) == {("custom_fields.rate", "field_forbidden")}


def test_an_archived_field_is_no_column(define, superadmin, as_actor):
    field = define("text", "Contract")
    assert importer_for("customers").has("custom_fields.contract")
    services.custom_field_archive(as_actor(superadmin), field.pk)
    assert not importer_for("customers").has("custom_fields.contract")
