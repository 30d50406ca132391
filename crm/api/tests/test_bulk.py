"""Many writes in one request: all or nothing, or each by itself, with one result each."""

from typing import Any

import pytest

from auditlog.models import AuditEvent
from customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(north: Any, owner: Any) -> Customer:
    return Customer.objects.create(name="Acme", team=north, owner=owner)


@pytest.fixture
def foreign(south: Any, outsider: Any) -> Customer:
    return Customer.objects.create(name="Foreign", team=south, owner=outsider)


def create(name):
    return {"op": "create", "data": {"name": name}}


def test_five_kinds_of_operation_run_in_order(api, owner, acme, north):
    gone = Customer.objects.create(name="Gone", team=north, owner=owner)
    operations = [
        create("New"),
        {"op": "update", "id": str(acme.pk), "version": 1, "data": {"name": "Acme 2"}},
        {"op": "archive", "id": str(acme.pk)},
        {"op": "restore", "id": str(acme.pk), "version": 3},
        {"op": "delete", "id": str(gone.pk)},
    ]
    answer = api(owner).post("customers/bulk", {"operations": operations})
    results = answer.json()["results"]
    assert answer.status_code == 200 and [one["status"] for one in results] == [201, 200, 200, 200, 204]
    assert results[0]["body"]["name"] == "New" and results[1]["body"]["version"] == 4 and results[4]["body"] is None
    assert set(Customer.objects.values_list("name", flat=True)) == {"New", "Acme 2"}


def test_one_refusal_undoes_everything_and_names_the_culprit(api, owner, acme, foreign):
    events = AuditEvent.objects.count()
    operations = [create("New"), {"op": "update", "id": str(foreign.pk), "data": {"name": "Mine"}}, create("")]
    answer = api(owner).post("customers/bulk", operations)
    body = answer.json()
    assert (answer.status_code, body["error"]["code"]) == (422, "bulk_failed")
    assert [one["status"] for one in body["results"]] == [424, 404, 422]
    assert [one["body"]["error"]["code"] for one in body["results"]] == ["rolled_back", "not_found", "invalid"]
    assert [detail["field"] for detail in body["error"]["details"]] == ["operations.1", "operations.2.name"]
    assert Customer.objects.count() == 2 and AuditEvent.objects.count() == events
    foreign.refresh_from_db()
    assert foreign.name == "Foreign"


def test_without_atomic_what_is_fine_stays(api, owner, acme, foreign):
    operations = [create("New"), {"op": "delete", "id": str(foreign.pk)}, create("")]
    answer = api(owner).post("customers/bulk", {"operations": operations, "atomic": False})
    assert answer.status_code == 200
    assert [one["status"] for one in answer.json()["results"]] == [201, 404, 422]
    assert Customer.objects.filter(name="New").exists() and Customer.objects.filter(pk=foreign.pk).exists()


def test_a_stale_version_refuses_its_operation(api, owner, acme):
    operations = [{"op": "update", "id": str(acme.pk), "version": 7, "data": {"name": "X"}}]
    assert api(owner).post("customers/bulk", operations).json()["results"][0]["status"] == 412


def test_a_teammate_may_write_but_not_delete_anothers_record(api, teammate, acme):
    operations = [
        {"op": "update", "id": str(acme.pk), "data": {"industry": "Tools"}},
        {"op": "delete", "id": str(acme.pk)},
    ]
    answer = api(teammate).post("customers/bulk", {"operations": operations, "atomic": False})
    assert [one["status"] for one in answer.json()["results"]] == [200, 403]


def test_a_reader_may_not_call_it_at_all(api, make_user, north, acme):
    reader = make_user("reader@north.example", role="read_only", teams=(north,))
    assert api(reader).post("customers/bulk", [create("New")]).status_code == 403


def test_a_writer_without_delete_is_refused_for_the_deletion_alone(api, make_user, north, acme):
    support = make_user("support@north.example", role="support", teams=(north,))
    operations = [create("New"), {"op": "delete", "id": str(acme.pk)}]
    answer = api(support).post("customers/bulk", {"operations": operations, "atomic": False})
    assert [one["status"] for one in answer.json()["results"]] == [201, 403]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ([], "too_many_operations"),
        ([{"op": "create", "data": {"name": "x"}}] * 501, "too_many_operations"),
        ({"operations": "all"}, "required"),
        ({"operations": [{}], "atomic": "no"}, "invalid"),
        ({"operations": [{}], "dry": True}, "unknown_field"),
        ([{"op": "explode"}], "unknown_operation"),
        ([3], "unknown_operation"),
        ([{"op": ["create"]}], "unknown_operation"),
        ([{"op": "create", "data": 3}], "invalid"),
        ([{"op": "create", "data": {"name": "x"}, "extra": 1}], "unknown_field"),
        ([{"op": "create", "id": "0192f0c1-2345-7abc-8def-0123456789ab"}], "unknown_field"),
        ([{"op": "archive"}], "required"),
        ([{"op": "archive", "id": "no-id"}], "not_found"),
        ([{"op": "archive", "id": "no-id", "version": "1"}], "invalid"),
        ([{"op": "archive", "id": "no-id", "version": True}], "invalid"),
    ],
)
def test_hostile_operations_are_refused_and_nothing_is_written(api, owner, body, code):
    answer = api(owner).post("customers/bulk", body)
    assert answer.status_code == 422 and code in {one["code"] for one in answer.json()["error"]["details"]}
    assert not Customer.objects.exists()


def test_five_hundred_operations_read_their_answer_with_one_query(api, owner, django_assert_max_num_queries, north):
    rows = [Customer(name=f"C{at}", team=north, owner=owner) for at in range(20)]
    Customer.objects.bulk_create(rows)
    session = api(owner)
    operations = [{"op": "archive", "id": str(row.pk)} for row in rows]
    with django_assert_max_num_queries(20 * 13):
        assert session.post("customers/bulk", operations).status_code == 200
