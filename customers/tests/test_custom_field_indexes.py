"""On PostgreSQL a field has an index of its own, which filters and orderings use, made by a function of the owner's."""

import pytest
from django.db import DatabaseError, connection, transaction

from customers import services
from customers.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def field(superadmin, as_actor, north):
    field = services.custom_field_create(as_actor(superadmin), holder="customer", type="number", label="Score")
    rows = (Customer(name=f"C{i}", team=north, custom_fields={"score": i} if i % 2 else {}) for i in range(3000))
    Customer.objects.bulk_create(rows)
    run("ANALYZE customers_customer")
    return field


def run(statement, *arguments):
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def index_of(field):
    return run("SELECT indexdef FROM pg_indexes WHERE indexname = %s", f"cf_{field.pk.hex}")


def test_a_filter_and_an_order_use_the_index_of_the_field(field):
    rows = Customer.objects.filter(custom_fields__has_key="score")
    for found in (rows.filter(custom_fields__score=77), rows.order_by("custom_fields__score", "pk")[:5]):
        assert f"cf_{field.pk.hex}" in found.explain()


def test_the_planner_knows_how_common_a_value_is(field):
    explained = Customer.objects.filter(custom_fields__score__gte=2900).explain()
    estimated = int(explained.partition("rows=")[2].partition(" ")[0])
    assert 25 <= estimated <= 100, explained


def test_the_index_goes_with_the_field(superadmin, as_actor):
    actor = as_actor(superadmin)
    field = services.custom_field_create(actor, holder="lead", type="multi_choice", label="T", choices=[{"label": "A"}])
    assert "USING gin" in index_of(field)[0]
    services.custom_field_delete(actor, field.pk)
    assert not index_of(field)


@pytest.mark.parametrize(
    "arguments",
    [
        ("auditlog_auditevent", "score", "0" * 32, "text"),
        ("customers_customer", "a'); DROP TABLE customers_lead; --", "0" * 32, "text"),
        ("customers_customer", "score", "customer_name", "text"),
    ],
)
def test_the_function_makes_no_other_index(arguments):
    with pytest.raises(DatabaseError, match="not a custom field"), transaction.atomic():
        run("SELECT custom_field_index(%s, %s, %s, %s)", *arguments)


def test_nor_does_it_drop_one():
    with pytest.raises(DatabaseError, match="not a custom field"), transaction.atomic():
        run("SELECT custom_field_unindex(%s, %s, %s, %s)", "customers_customer", "name", "customer_name", "text")
