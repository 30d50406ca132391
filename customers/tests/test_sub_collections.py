"""What belongs to one record, under its address."""

import json

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from customers.models import Customer, Note
from customers.services import customer_update, note_create

pytestmark = pytest.mark.django_db

COLLECTIONS = ["contacts", "notes", "labels", "children", "timeline"]


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("slash", ["", "/"])
def test_an_outsider_gets_404_and_the_team_a_list(collection, slash, api, teammate, outsider, acme):
    path = f"customers/{acme.pk}/{collection}{slash}"
    assert api(outsider).get(path).status_code == 404
    assert "results" in api(teammate).get(path).json()


def test_each_collection_holds_its_own_and_nothing_else(api, owner, acme, anna, note, north):
    other = Customer.objects.create(name="Other", team=north, parent=acme)
    note_create_for = api(owner).post(f"contacts/{anna.pk}/notes", {"body": "About Anna"})
    assert note_create_for.status_code == 201
    names = {name: api(owner).get(f"customers/{acme.pk}/{name}").json()["results"] for name in COLLECTIONS}
    assert [row["id"] for row in names["contacts"]] == [str(anna.pk)]
    assert [row["id"] for row in names["notes"]] == [str(note.pk)]
    assert [row["id"] for row in names["children"]] == [str(other.pk)]
    assert api(owner).get(f"customers/{other.pk}/contacts").json()["results"] == []


def test_a_post_creates_there_and_refuses_to_name_another_parent(api, owner, acme, north):
    path = f"customers/{acme.pk}/contacts"
    assert api(owner).post(path, {"last_name": "New"}).json()["customer"] == str(acme.pk)
    other = Customer.objects.create(name="Other", team=north)
    assert api(owner).post(path, {"last_name": "New", "customer": str(other.pk)}).status_code == 422


def test_put_makes_these_the_labels(api, owner, outsider, acme, key_account):
    path = f"customers/{acme.pk}/labels"
    assert api(outsider).put(path, {"labels": []}).status_code == 404
    assert [row["name"] for row in api(owner).put(path, {"labels": [str(key_account.pk)]}).json()["results"]] == [
        "Key account"
    ]
    assert api(owner).put(path, {}).status_code == 422
    assert api(owner).put(path, {"labels": []}).json()["results"] == []


def test_the_timeline_tells_what_happened_newest_first_in_words(api, owner, actor, acme, key_account):
    customer_update(actor, acme.pk, phone="+4989123456", status="active", labels=[key_account])
    note_create(actor, body="Called back", customer=acme)
    results = api(owner).get(f"customers/{acme.pk}/timeline").json()["results"]
    assert [entry["kind"] for entry in results] == ["note", "label", "updated"]
    assert results[1]["summary"] == "added the label Key account"
    assert results[2]["summary"] == "changed phone and status"
    assert results[2]["body"] == "Phone: +49 30 12345678 → +49 89 123456\nStatus: Prospect → Active"


def test_the_timeline_names_people_instead_of_ids(api, owner, teammate, actor, acme):
    customer_update(actor, acme.pk, owner=teammate)
    entry = api(owner).get(f"customers/{acme.pk}/timeline").json()["results"][0]
    assert entry["body"] == "Owner: Olive Owner → Tom Teammate"


@pytest.mark.parametrize(("kind", "shown"), [("note", 1), ("changes", 1), ("call", 0), ("", 2)])
def test_the_timeline_filters_by_kind(kind, shown, api, owner, actor, acme):
    customer_update(actor, acme.pk, status="active")
    note_create(actor, body="Hello", customer=acme)
    assert len(api(owner).get(f"customers/{acme.pk}/timeline?kind={kind}").json()["results"]) == shown


@pytest.mark.parametrize("query", ["kind=gossip", "before=yesterday", "page=2"])
def test_the_timeline_refuses_what_it_does_not_know(query, api, owner, acme):
    assert api(owner).get(f"customers/{acme.pk}/timeline?{query}").status_code == 400


def test_reading_on_shows_each_entry_once(api, owner, actor, acme):
    for count in range(45):
        note_create(actor, body=f"Note {count}", customer=acme)
    url, seen = f"/api/v1/customers/{acme.pk}/timeline", []
    while url:
        page = api(owner).client.get(url).json()
        seen += [entry["body"] for entry in page["results"]]
        url = page["next"]
    assert seen == [f"Note {count}" for count in reversed(range(45))]
    assert Note.objects.count() == 45


@pytest.mark.parametrize("body", [[], None, "x", 5, [1], [{}]])
@pytest.mark.parametrize(("method", "collection"), [("post", "contacts"), ("post", "notes"), ("put", "labels")])
def test_a_body_that_is_no_object_is_refused(method, collection, body, api, owner, acme):
    answer = getattr(api(owner), method)(f"customers/{acme.pk}/{collection}", json.dumps(body))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")


def test_a_label_tells_who_put_it_there_and_when_by_page_and_api(api, sign_in, owner, actor, acme, key_account):
    before = timezone.now()
    customer_update(actor, acme.pk, labels=[key_account])
    (shown,) = api(owner).get(f"customers/{acme.pk}/labels").json()["results"]
    assert shown["assigned_by"] == str(owner.pk) and before <= parse_datetime(shown["assigned_at"]) <= timezone.now()
    page = sign_in(owner).get(f"/customers/{acme.pk}/").content.decode()
    assert f'href="/customers/?label={key_account.pk}" title="Put there by Olive Owner, ' in page
