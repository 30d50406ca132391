"""Views for programs."""

import pytest

pytestmark = pytest.mark.django_db

NEW = {"resource": "customers", "name": "Active ones", "filters": {"status": "active"}, "columns": ["email"]}


def test_a_view_is_made_changed_deleted_and_restored(api, owner):
    client = api(owner)
    made = client.post("views", NEW)
    assert made.status_code == 201 and made.json()["filters"] == {"status": "active"}
    path = f"views/{made.json()['id']}"
    changed = client.patch(path, {"ordering": "-created_at"}, **{"If-Match": made.headers["ETag"]})
    assert changed.json()["ordering"] == "-created_at"
    assert client.patch(path, {"name": "Late"}, **{"If-Match": made.headers["ETag"]}).status_code == 412
    assert client.delete(path).status_code == 204 and client.get(path).status_code == 404
    assert client.post(f"{path}/restore").status_code == 200
    assert [one["name"] for one in client.get("views?resource=customers").json()["results"]] == ["Active ones"]


def test_faults_are_named(api, owner):
    answer = api(owner).post("views", {**NEW, "filters": {"status": "asleep"}, "ordering": "name"})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0] | {"message": ""} == {
        "field": "filters.status", "code": "invalid_choice", "message": "",
    }  # fmt: skip


def test_the_owner_and_the_list_cannot_be_changed(api, owner, teammate):
    client = api(owner)
    path = f"views/{client.post('views', NEW).json()['id']}"
    assert client.patch(path, {"resource": "contacts"}).status_code == 422
    client.patch(path, {"owner": str(teammate.pk)})
    assert client.get(path).json()["owner"] == str(owner.pk)


def test_three_people_see_what_is_theirs(api, owner, teammate, outsider):
    api(owner).post("views", NEW)
    api(owner).post("views", {**NEW, "name": "Ours", "visibility": "team"})
    assert len(api(owner).get("views").json()["results"]) == 2
    assert [one["name"] for one in api(teammate).get("views").json()["results"]] == ["Ours"]
    assert api(outsider).get("views").json()["results"] == []
