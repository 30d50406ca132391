"""Taking records out: what a list shows, or what was ticked, with one's own rights and nothing besides."""

import csv
import hashlib
import io
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from auditlog.models import AuditEvent, SecurityEvent
from crm.transfer.exports import services
from crm.transfer.exports.errors import Expired
from crm.transfer.exports.models import Export
from crm.transfer.exports.sweeping import purge_exports
from customers.models import Contact, Customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mary(manager: Any, as_actor: Any) -> Any:
    return as_actor(manager)


def table_of(export: Export) -> list[dict[str, str]]:
    with export.file.open("rb") as file:
        return list(csv.DictReader(io.StringIO(file.read().decode(), newline="")))


def export_of(actor: Any, resource: str = "contacts", **order: Any) -> Export:
    return services.export_create(actor, resource=resource, **order)


def test_a_file_has_ids_and_names(mary, anna, acme, owner):
    (row,) = table_of(export_of(mary))
    assert (row["id"], row["first_name"], row["last_name"]) == (str(anna.pk), "Anna", "Arendt")
    assert (row["customer_id"], row["customer"]) == (str(acme.pk), "Acme")
    assert (row["owner_id"], row["owner"], row["owner_email"]) == (str(owner.pk), "Olive Owner", owner.email)
    assert (row["team"], row["do_not_call"]) == ("North", "false")
    assert row["created_at"] == anna.created_at.isoformat()


def test_columns_are_chosen_and_ordered(mary, anna):
    export = export_of(mary, columns=["last_name", "id", "email"])
    with export.file.open() as file:
        assert file.read().decode() == f"last_name,id,email\r\nArendt,{anna.pk},anna@acme.example\r\n"


def test_a_list_with_its_filters_search_and_order(mary, north, owner):
    for name, status in (("Birch", "active"), ("Alder", "active"), ("Cedar", "closed"), ("Alder two", "prospect")):
        Customer.objects.create(name=name, status=status, team=north, owner=owner)
    export = export_of(mary, "customers", filters={"status": "active", "ordering": "-name"}, columns=["name"])
    assert [row["name"] for row in table_of(export)] == ["Birch", "Alder"]
    assert export.manifest["filter"]["words"] == ["Status: Active", "Sorted by name, falling"]
    found = export_of(mary, "customers", filters={"search": "alder"}, columns=["name"])
    assert [row["name"] for row in table_of(found)] == ["Alder", "Alder two"]


def test_conditions_and_saved_views_say_what_is_taken(mary, manager, outsider, api, sign_in, north, owner):
    for name in ("Alder", "Birch", "Cedar"):
        Customer.objects.create(name=name, status="active", team=north, owner=owner)
    conditions = '{"all":[{"field":"name","op":"is_not","value":"Birch"}]}'
    export = export_of(mary, "customers", filters={"filter": conditions}, columns=["name"])
    assert [row["name"] for row in table_of(export)] == ["Alder", "Cedar"]
    assert export.manifest["filter"]["words"] == ["Name is not Birch", "Sorted by name"]
    kept = {"resource": "customers", "name": "No birch", "filters": {"filter": conditions}, "ordering": "-name"}
    view = api(manager).post("views", kept).json()["id"]
    query = f"view={view}&columns=name&filter={quote(conditions)}"
    page = sign_in(manager).get("/exports/new/", {"resource": "customers", "query": query}).content.decode()
    assert "2 records" in page and "Name is not Birch" in page
    asked = {"resource": "customers", "view": view, "columns": ["name"]}
    taken = Export.objects.get(pk=api(manager).post("exports", asked).json()["id"])
    assert [row["name"] for row in table_of(taken)] == ["Cedar", "Alder"]
    assert api(outsider).post("exports", asked).status_code in (403, 404)


def test_what_was_ticked_and_nothing_else(mary, anna, acme, north):
    other = Contact.objects.create(last_name="Other", team=north)
    export = export_of(mary, ids=[str(other.pk)], columns=["last_name"])
    assert [row["last_name"] for row in table_of(export)] == ["Other"]
    assert export.manifest["filter"]["words"][0] == "1 chosen by hand"


def test_every_row_once_past_many_pages(mary, north, monkeypatch):
    """Equal and empty sort keys included."""
    Contact.objects.bulk_create(Contact(last_name=f"L{n % 3}", team=north) for n in range(50))
    monkeypatch.setattr("crm.transfer.exports.reading.Reading.pages.__defaults__", (7,))
    for ordering in ("last_name", "-last_name", "last_activity_at", "-created_at"):
        rows = table_of(export_of(mary, filters={"ordering": ordering}, columns=["id", "last_name"]))
        assert len({row["id"] for row in rows}) == len(rows) == 50
        if "last_name" in ordering:
            names = [row["last_name"] for row in rows]
            assert names == sorted(names, reverse=ordering.startswith("-"))


def test_another_team_stays_where_it_is(mary, anna, south, outsider):
    Contact.objects.create(last_name="Southern", team=south, owner=outsider)
    assert [row["last_name"] for row in table_of(export_of(mary))] == ["Arendt"]
    assert "Southern" not in str(export_of(mary, filters={"search": "southern"}).manifest["rows"])


def test_the_manifest_says_what_the_file_is(mary, anna, north):
    export = export_of(mary, filters={"search": "arendt"})
    with export.file.open("rb") as file:
        content = file.read()
    told = export.manifest
    assert told["sha256"] == export.sha256 == hashlib.sha256(content).hexdigest()
    assert (told["rows"], told["bytes"], told["reach"], told["teams"]) == (1, len(content), "team", ["North"])
    assert told["exported_by"]["name"] == "Mary Manager" and told["exported_by"]["role"] == "sales_manager"
    assert told["filter"]["parameters"] == {"search": "arendt"}
    event = AuditEvent.objects.get(pk=told["event"])
    assert event.action == "contacts.export_finished"
    assert json.loads(event.changes) == {"rows": [None, 1], "sha256": [None, export.sha256]}


def test_what_a_role_may_not_read_is_left_out_and_said(make_user, north, as_actor, acme):
    Customer.objects.filter(pk=acme.pk).update(tax_id="DE999")
    role_less = make_user("m@north.example", role="marketing", teams=(north,))
    role_less.role.grants = {**role_less.role.grants, "customers:export": "team"}
    role_less.role.save()
    export = export_of(as_actor(role_less), "customers", columns=["name", "tax_id"])
    assert table_of(export) == [{"name": "Acme"}]
    assert export.manifest["left_out"] == ["tax_id"]
    assert "tax_id" not in table_of(export_of(as_actor(role_less), "customers"))[0]


def test_a_field_open_in_some_records_is_empty_in_the_others(make_user, north, as_actor, owner):
    person = make_user("m@north.example", role="marketing", teams=(north,))
    grants = {**person.role.grants, "customers:export": "team", "billing:read": "own"}
    type(person.role).objects.filter(pk=person.role_id).update(grants=grants)
    person.role.refresh_from_db()
    Customer.objects.create(name="Mine", tax_id="DE1", team=north, owner=person)
    Customer.objects.create(name="Yours", tax_id="DE2", team=north, owner=owner)
    export = export_of(as_actor(person), "customers", columns=["name", "tax_id"])
    assert [(row["name"], row["tax_id"]) for row in table_of(export)] == [("Mine", "DE1"), ("Yours", "")]
    assert export.manifest["blanked"] == {"tax_id": 1}


def test_the_name_of_what_may_not_be_read_stays_empty(make_user, north, as_actor, anna):
    person = make_user("m@north.example", role="marketing", teams=(north,))
    grants = {name: reach for name, reach in person.role.grants.items() if name != "customers:read"}
    type(person.role).objects.filter(pk=person.role_id).update(grants=grants)
    person.role.refresh_from_db()
    (row,) = table_of(export_of(as_actor(person), columns=["customer_id", "customer", "customer_external_id"]))
    assert row == {"customer_id": str(anna.customer_id), "customer": "", "customer_external_id": ""}


REFUSED = {
    "resource": ({"resource": "users"}, "resource", "invalid_choice"),
    "format": ({"format": "doc"}, "format", "invalid_choice"),
    "filter": ({"filters": {"colour": "red"}}, "filters.colour", "unknown_parameter"),
    "filter value": ({"filters": {"owner": "nobody"}}, "filters.owner", "invalid"),
    "position": ({"filters": {"cursor": "x"}}, "filters.cursor", "unknown_parameter"),
    "ordering": ({"filters": {"ordering": "search_text"}}, "filters", "invalid_ordering"),
    "archived": ({"filters": {"archived": "perhaps"}}, "filters", "invalid_parameter"),
    "column": ({"columns": ["password"]}, "columns", "unknown_field"),
    "flag": ({"columns": ["is_canary"]}, "columns", "unknown_field"),
    "column twice": ({"columns": ["id", "id"]}, "columns", "repeated"),
    "no ids": ({"ids": []}, "ids", "out_of_bounds"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_said_and_leaves_nothing(case, manager, anna, api):
    order, field, code = REFUSED[case]
    answer = api(manager).post("exports", {"resource": "contacts", **order})
    assert answer.status_code == 422, answer.content
    assert (field, code) in {(one["field"], one["code"]) for one in answer.json()["error"]["details"]}
    assert not Export.objects.exists() and not AuditEvent.objects.filter(action__endswith="exported").exists()


def test_who_may_read_but_not_export_takes_nothing_out(owner, anna, api, sign_in):
    answer = api(owner).post("exports", {"resource": "contacts"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert sign_in(owner).get("/exports/new/?resource=contacts").status_code == 403
    assert "/exports/new/" not in sign_in(owner).get("/contacts/").content.decode()
    assert not Export.objects.exists()


def test_a_program_orders_and_fetches(manager, anna, api):
    asked = {"resource": "contacts", "format": "jsonl", "filters": {"search": "arendt"}}
    answer = api(manager).post("exports", asked)
    shown = answer.json()
    assert (answer.status_code, shown["status"], shown["rows_done"]) == (201, "done", 1)
    file = api(manager).client.get(shown["download_url"])
    content = b"".join(file.streaming_content)
    record = json.loads(content)
    assert (record["last_name"], record["customer"], record["do_not_call"]) == ("Arendt", "Acme", False)
    assert file["X-Export-Rows"] == "1" and file["Content-Disposition"].startswith("attachment")
    assert hashlib.sha256(content).hexdigest() == shown["sha256"]
    assert api(manager).get(f"exports/{shown['id']}/manifest").json()["rows"] == 1
    assert AuditEvent.objects.filter(action="exports.downloaded", actor_id=manager.pk).count() == 1


def test_nobody_else_sees_or_fetches_it(mary, anna, teammate, superadmin, make_user, north, api, sign_in):
    export = export_of(mary)
    peer = make_user("peer@north.example", role="sales_manager", teams=(north,))
    for person in (teammate, superadmin, peer):
        assert api(person).get("exports").json()["results"] == []
        for path in (
            f"/exports/{export.pk}/",
            f"/exports/{export.pk}/download/",
            f"/exports/{export.pk}/manifest.json",
        ):
            assert sign_in(person).get(path).status_code == 404, path
        assert api(person).get(f"exports/{export.pk}/download").status_code == 404
        assert sign_in(person).post(f"/exports/{export.pk}/delete/").status_code == 404
    assert Export.objects.filter(pk=export.pk).exists()


def test_a_link_dies_with_its_person_and_with_their_right(manager, mary, anna, sign_in):
    path = f"/exports/{export_of(mary).pk}/download/"
    client = sign_in(manager)
    assert client.get(path).status_code == 200
    role = manager.role
    type(role).objects.filter(pk=role.pk).update(
        grants={name: reach for name, reach in role.grants.items() if name != "contacts:export"}
    )
    assert client.get(path).status_code == 403
    manager.is_active = False
    manager.save()
    assert client.get(path).status_code == 302


def test_a_file_goes_after_its_time_and_its_manifest_stays(mary, anna, manager, api):
    export = export_of(mary)
    storage, name = export.file.storage, export.file.name
    assert purge_exports(timezone.now() + timedelta(days=6)) == 0 and storage.exists(name)
    assert purge_exports(timezone.now() + timedelta(days=8)) == 1
    export.refresh_from_db()
    assert (export.state, export.file.name, export.manifest["rows"]) == ("expired", "", 1)
    answer = api(manager).get(f"exports/{export.pk}/download")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "export_expired")


def test_the_time_ends_even_where_no_job_runs(mary, anna):
    export = export_of(mary)
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Expired):
        services.export_download(mary, export.pk)


def test_deleting_takes_the_file_along(mary, anna, django_capture_on_commit_callbacks):
    export = export_of(mary)
    storage, name = export.file.storage, export.file.name
    with django_capture_on_commit_callbacks(execute=True):
        services.export_delete(mary, export.pk)
    assert not storage.exists(name) and AuditEvent.objects.filter(action="exports.deleted").exists()


def test_the_security_centre_hears_of_it(mary, anna, manager):
    export_of(mary)
    events = SecurityEvent.objects.filter(person_id=manager.pk, kind__startswith="data.")
    assert {(event.kind, json.loads(event.details)["rows"]) for event in events} == {
        ("data.exported", 0),
        ("data.export_finished", 1),
    }


def test_an_export_of_many_rows_is_a_graver_event(mary, north, manager):
    Contact.objects.bulk_create(Contact(last_name=f"L{n}", team=north) for n in range(1000))
    export_of(mary, columns=["id"])
    assert SecurityEvent.objects.get(kind="data.export_finished").severity == "medium"
