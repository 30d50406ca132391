"""Identifiers come in by columns of their own, find the customer a row is about, and never become somebody else's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.transfer import services as transfer
from crm.transfer import undoing
from customers import services
from customers.models import Customer, IdentifierKey
from customers.tests.import_files import as_csv, import_text

pytestmark = pytest.mark.django_db

LEI, OTHER_LEI = "529900T8BM49AURSDO55", "7LTWFZYICNSX8D621K86"
DUNS = {"kind": "duns", "value": "15-048-3782", "country": "", "label": ""}
HEADERS = ("Name", "Identifier - LEI", "D-U-N-S Number", "Identifiers")


@pytest.fixture
def filled(actor, acme):
    return services.customer_update(actor, acme.pk, identifiers=[DUNS])


def reasons(run):
    return [(reason["code"], reason["message"]) for row in run.rows.all() for reason in row.reasons]


def test_columns_of_kinds_and_the_one_for_all_come_together(actor, north):
    cell = "Register number | HRB 1 | DE | Amtsgericht Kiel\nother | 7 | | Club"
    assert import_text(actor, as_csv(HEADERS, [["Neu", LEI, "15-048-3782", cell]]), team=north).created_count == 1
    made = Customer.objects.get(name="Neu")
    assert [row["kind"] for row in made.identifiers] == ["register", "other", "lei", "duns"]
    assert made.identifiers[0] == {"kind": "register", "value": "HRB 1", "country": "DE", "label": "Amtsgericht Kiel"}
    assert IdentifierKey.objects.filter(customer_id=made.pk).count() == 4 and "150483782" in made.search_text


def test_a_row_finds_its_customer_by_any_of_them_and_adds_what_is_new(actor, north, filled):
    run = import_text(actor, as_csv(HEADERS, [["Acme", LEI, "150483782", ""]]), team=north, mode="both")
    filled.refresh_from_db()
    assert run.updated_count == 1 and [row["kind"] for row in filled.identifiers] == ["duns", "lei"], reasons(run)
    assert filled.identifiers[0] == DUNS


def test_by_the_number_in_another_spelling_it_is_the_same_customer(actor, north, filled):
    run = import_text(actor, as_csv(HEADERS, [["Acme Holding", "", "150483782", ""]]), team=north, mode="both")
    filled.refresh_from_db()
    assert run.updated_count == 1 and filled.name == "Acme Holding" and filled.identifiers == [DUNS]


def test_a_namesake_with_another_lei_is_another_firm(actor, north, acme):
    services.customer_update(actor, acme.pk, identifiers=[{"kind": "lei", "value": LEI}])
    run = import_text(actor, as_csv(HEADERS, [["Acme", OTHER_LEI, "", ""]]), team=north, mode="both")
    assert reasons(run) == [("another_lei", f"Acme has another LEI: {LEI}.")]
    acme.refresh_from_db()
    assert [row["value"] for row in acme.identifiers] == [LEI]


def test_where_only_new_ones_are_wanted_it_is_skipped(actor, north, filled):
    run = import_text(actor, as_csv(HEADERS, [["Acme Holding", "", "150483782", ""]]), team=north, mode="create")
    assert (run.created_count, run.skipped_count) == (0, 1)


def test_a_row_with_the_numbers_of_two_customers_changes_neither(actor, north, filled):
    services.customer_create(actor, name="Other", identifiers=[{"kind": "lei", "value": LEI}])
    run = import_text(actor, as_csv(HEADERS, [["Mixed", LEI, "150483782", ""]]), team=north, mode="both")
    assert reasons(run) == [("ambiguous_match", "2 records have the same identifier.")]
    assert not Customer.objects.filter(name="Mixed").exists()


def test_a_number_of_somebody_else_fails_the_row_and_names_them(actor, north, filled):
    table = as_csv(("Name", "Id", "DUNS"), [["New", "X1", "150483782"]])
    run = import_text(actor, table, {"options": {"match_on": "external_id"}}, team=north, mode="both")
    assert reasons(run) == [("identifier_taken", "Acme has D-U-N-S 150483782 already.")]
    assert not Customer.objects.filter(name="New").exists()


def test_two_rows_with_one_number_are_not_two_customers(actor, north):
    rows = [["One", "", "150483782", ""], ["Two", "", "15-048-3782", ""]]
    run = import_text(actor, as_csv(HEADERS, rows), team=north)
    assert run.created_count == 1 and reasons(run)[0][0] == "duplicate_in_file"


def test_a_number_that_cannot_be_one_fails_the_row(actor, north):
    run = import_text(
        actor, as_csv(HEADERS, [["Neu", LEI[:-1] + "6", "", ""], ["Neu 2", "", "", "passport | 7"]]), team=north
    )
    assert [code for code, _message in reasons(run)] == ["invalid_identifier", "invalid_choice"]
    assert not Customer.objects.exists()


def test_the_undo_takes_them_back(actor, north, filled):
    rows = [["Acme", OTHER_LEI, "150483782", ""], ["Neu", LEI, "", ""]]
    run = import_text(actor, as_csv(HEADERS, rows), team=north, mode="both")
    assert run.failed_count == 0 and IdentifierKey.objects.count() == 3, reasons(run)
    transfer.import_undo(actor, run.pk)
    run.refresh_from_db()
    undoing.undo_step(actor, run, seconds=60)
    filled.refresh_from_db()
    assert filled.identifiers == [DUNS]
    assert list(IdentifierKey.objects.values_list("value", flat=True)) == ["150483782"]


def test_many_rows_cost_no_query_each(actor, north):
    """What reads the file, tells and finishes is not counted: only what asks for customers and keys."""

    def queries(first, count):
        rows = [[f"Firm {n}", "", str(100000000 + n), f"customer_number | K{n}"] for n in range(first, first + count)]
        with CaptureQueriesContext(connection) as found:
            assert import_text(actor, as_csv(HEADERS, rows), team=north).created_count == count
        return [one["sql"] for one in found if "identifierkey" in one["sql"] or "customers_customer" in one["sql"]]

    queries(0, 2)
    few, many = queries(10, 20), queries(100, 60)
    # SQLite inserts as many at once as it takes parameters.
    assert len(many) <= len(few) + 3, many
