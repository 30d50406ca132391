"""Two customers get the same number at the same moment: the unique key refuses one, and its sign says who has it."""

import pytest
from django.db import connection

from accounts.actors import actor_for
from crm.core.errors import CrmError
from customers import services
from customers.models import Customer, IdentifierKey
from tests.meeting import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

LEI = [{"kind": "lei", "value": "529900T8BM49AURSDO55"}]


@pytest.fixture(autouse=True)
def _on_postgres():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")


def create_two(boss, north):
    def create(name):
        try:
            services.customer_create(actor_for(boss), name=name, team=north, identifiers=LEI)
            return "done"
        except CrmError as error:
            return error.code, error.details[0]["message"].partition(" ")[2]

    return at_once([lambda: create("One"), lambda: create("Two")])


def test_with_the_key_one_is_refused_and_told_by_whom(superadmin, north):
    answers = create_two(superadmin, north)
    assert ("identifier_taken", "has LEI 529900T8BM49AURSDO55 already.") in answers and "done" in answers
    assert Customer.objects.count() == IdentifierKey.objects.count() == 1


def test_without_the_key_both_get_it(superadmin, north):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customers_identifierkey DROP CONSTRAINT customers_identifierkey_pkey")
    try:
        assert create_two(superadmin, north) == ["done", "done"]
        assert IdentifierKey.objects.count() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM customers_identifierkey")
            cursor.execute("ALTER TABLE customers_identifierkey ADD PRIMARY KEY (id)")
