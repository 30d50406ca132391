"""Notes, documents and activities are found by what is written in them, by exactly those who may read them."""

from typing import Any

import pytest

from accounts.models import Role
from auditlog.models import SecurityEvent
from crm.core.global_search import search
from customers.models import Contact, Customer, Document, Note
from customers.services import note_update
from deals.models import Activity

pytestmark = pytest.mark.django_db

BODY = "Met at the fair in Leipzig.\n\nThey want **green packaging** & <b>soon</b>. " + "And so on. " * 40


@pytest.fixture
def acme(north: Any, owner: Any) -> Customer:
    acme = Customer.objects.create(name="Acme Corp", team=north)
    Note.objects.create(body=BODY, customer=acme, team=north, owner=owner)
    Activity.objects.create(
        type="call", subject="Second call", description="About green packaging", customer=acme, team=north
    )
    Document.objects.create(
        title="Offer for green packaging", file_name="packaging-offer.pdf", content_type="application/pdf", size=1,
        sha256="0" * 64, customer=acme, team=north,
    )  # fmt: skip
    return acme


def found(answer: Any) -> dict[str, list[str]]:
    return {group["name"]: [hit["title"] for hit in group["items"]] for group in answer.json()["groups"]}


ALL = {
    "activities": ["Second call"],
    "notes": ["Met at the fair in Leipzig. They want **green packaging** & <b>soon</b>. And so"],
    "documents": ["Offer for green packaging"],
}


def test_they_are_found_by_any_word_and_link_to_themselves(api, owner, acme):
    answer = api(owner).get("search?q=green+packag")
    assert found(answer) == ALL
    for group in answer.json()["groups"]:
        assert api(owner).client.get(group["items"][0]["url"]).status_code == 200
    assert found(api(owner).get("search?q=offer.pdf")) == {"documents": ["Offer for green packaging"]}
    assert found(api(owner).get("search?q=offer+packagign")) == {"documents": ["Offer for green packaging"]}


def test_the_part_of_the_note_is_shown_with_the_hit_marked_and_nothing_in_it_is_html(api, sign_in, owner, acme):
    (note,) = [hit for group in api(owner).get("search?q=green").json()["groups"] for hit in group["items"] if
               group["name"] == "notes"]  # fmt: skip
    (match,) = note["matches"]
    assert "**<mark>green</mark> packaging** &amp; &lt;b&gt;soon" in match["snippet"] and len(match["value"]) < 170
    assert note["subtitle"].startswith("Acme Corp · Olive Owner · ")
    page = sign_in(owner).get("/search/?q=green").content.decode()
    assert match["snippet"] in page and "<b>soon" not in page


def test_the_hit_leads_to_a_page_of_the_note_with_the_way_to_what_it_is_about(sign_in, owner, acme):
    note = Note.objects.get()
    page = sign_in(owner).get(f"/notes/{note.pk}/").content.decode()
    assert "green packaging" in page and f'href="/customers/{acme.pk}/"' in page and "<html" in page
    part = sign_in(owner).get(f"/notes/{note.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "green packaging" in part and "<html" not in part


def test_teammates_find_them_and_outsiders_do_not(api, teammate, outsider, acme):
    assert found(api(teammate).get("search?q=green")) == ALL
    assert found(api(outsider).get("search?q=green")) == {}
    assert found(api(outsider).get("search?q=offer+packagign")) == {}


def test_each_kind_takes_its_own_right_and_what_it_is_about_takes_another(as_actor, make_user, north, acme):
    reader = make_user("notes@north.example", "read_only", (north,))
    reader.role = Role.objects.create(name="notes", label="Notes", grants={"notes:read": "team"})
    reader.save()
    (group,) = search(as_actor(reader), "green").groups
    assert group.kind.name == "notes" and "Acme" not in group.items[0].subtitle
    reader.role = Role.objects.create(name="own", label="Own", grants={"notes:read": "own", "customers:read": "team"})
    reader.save()
    assert not search(as_actor(reader), "green").groups


def test_a_note_never_names_what_nobody_works_with(api, sign_in, owner, north):
    bait = Contact.objects.create(last_name="Quillmere", team=north, is_canary=True)
    note = Note.objects.create(body="Green packaging", contact=bait, team=north, owner=owner)
    answer = api(owner).get("search?q=green+packaging")
    assert found(answer) == {"notes": ["Green packaging"]} and "Quillmere" not in answer.content.decode()
    assert "Quillmere" not in sign_in(owner).get(f"/notes/{note.pk}/").content.decode()
    assert not SecurityEvent.objects.filter(kind__contains="canar").exists()


def test_what_is_changed_or_deleted_is_found_as_it_is_now(api, as_actor, owner, acme):
    note_update(as_actor(owner), Note.objects.get().pk, body="Blue boxes")
    assert list(found(api(owner).get("search?q=green"))) == ["activities", "documents"]
    assert [one["body"] for one in api(owner).get("notes?search=blue").json()["results"]] == ["Blue boxes"]
    assert found(api(owner).get("search?q=blue")) == {"notes": ["Blue boxes"]}
    Note.objects.update(archived_at="2026-01-01T00:00:00Z")
    assert found(api(owner).get("search?q=blue")) == {}


def test_the_rest_of_the_activities_is_in_their_list_done_or_not(sign_in, owner, acme, north):
    Activity.objects.bulk_create(
        Activity(type="call", subject=f"Green {at}", status="held", search_text=f"green {at}", team=north)
        for at in range(12)
    )
    client = sign_in(owner)
    assert "/activities/?search=green&amp;state=" in client.get("/search/?q=green").content.decode()
    assert "Green 11" in client.get("/activities/?search=green&state=").content.decode()
