"""What an import looks up is found by index, however many rows the team has (PostgreSQL)."""

import json

import pytest
from django.db import connection

from crm.core.bulk import insert_many, maker_of
from crm.transfer.importers import importer_for
from customers.models import Contact, Customer, Lead

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="plans of PostgreSQL"),
]
ROWS, KEYS = 20_000, 100
NAMES = {Customer: "name", Contact: "last_name", Lead: "last_name"}


@pytest.fixture(params=NAMES, ids=lambda model: model.__name__)
def model(request, north):
    make, name = maker_of(request.param), NAMES[request.param]
    values = [{name: f"N{n}", "email": f"n{n}@many.example", "team_id": north.pk} for n in range(ROWS)]
    insert_many(request.param, list(map(make, values)))
    return request.param


def index_of_lookup(model, north):
    """The name of the index that finds the records of a chunk; None where all rows are read."""
    with connection.cursor() as cursor:
        # PostgreSQL's own, whatever this server is told: where an index costs little, a wrong guess does, too.
        cursor.execute("SET LOCAL random_page_cost = 4")
        cursor.execute(f"ANALYZE {model._meta.db_table}")
    keys = {f"N{n}@MANY.EXAMPLE" for n in range(KEYS)}
    rows = model.objects.filter(team=north, archived_at=None)
    found = importer_for(model.RESOURCE).matches("email", keys, rows)
    plan = json.loads(found.explain(format="json"))[0]["Plan"]
    while "Plans" in plan:
        plan = plan["Plans"][0]
    return plan.get("Index Name") if plan["Node Type"] != "Seq Scan" else None


def test_by_e_mail_address(model, north):
    assert index_of_lookup(model, north) == f"{model._meta.model_name}_team_email"


def test_without_its_statistics_all_rows_would_be_read(model, north):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP STATISTICS {model._meta.model_name}_email")
    assert index_of_lookup(model, north) != f"{model._meta.model_name}_team_email"
