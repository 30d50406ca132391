"""Notes written, edited, pinned and deleted on the page of what they are about."""

import json

import pytest

from customers.models import Note

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def test_the_composer_answers_the_new_entry(sign_in, owner, acme):
    answer = sign_in(owner).post(f"/notes/customer/{acme.pk}/log/", {"kind": "note", "body": "<b>Hi</b>"}, headers=HTMX)
    assert answer.status_code == 200
    assert b"&lt;b&gt;Hi" in answer.content and b"Olive Owner" in answer.content
    assert Note.objects.get().customer == acme


def test_without_script_it_leads_back_to_the_record(sign_in, owner, acme):
    answer = sign_in(owner).post(f"/notes/customer/{acme.pk}/log/", {"body": "Hi"})
    assert answer.url == f"/customers/{acme.pk}/"


@pytest.mark.parametrize("body", ["", "   ", "bell \x07"])
def test_a_refused_note_comes_back_with_its_text_and_the_reason(body, sign_in, owner, acme):
    answer = sign_in(owner).post(f"/notes/customer/{acme.pk}/log/", {"body": body}, headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#composer")
    assert b"errorlist" in answer.content and not Note.objects.exists()


def test_an_outsider_gets_404_everywhere_and_changes_nothing(sign_in, outsider, acme, note):
    client = sign_in(outsider)
    posts = [f"/notes/customer/{acme.pk}/log/", *(f"/notes/{note.pk}/{act}/" for act in ("edit", "pin", "delete"))]
    assert {client.post(path, {"body": "Mine"}).status_code for path in posts} == {404}
    assert [client.get(f"/notes/{note.pk}/").status_code, Note.objects.get().body] == [404, "Called back"]


def test_editing_shows_the_entry_again_and_a_stale_edit_is_refused(sign_in, owner, note):
    form = {"body": "Called twice", "visibility": "internal", "priority": "normal", "category": "risk", "version": "1"}
    client = sign_in(owner)
    assert b"Called twice" in client.post(f"/notes/{note.pk}/edit/", form).content
    assert client.post(f"/notes/{note.pk}/edit/", {**form, "body": "Late"}).status_code == 412
    assert Note.objects.get().body == "Called twice"


def test_an_emptied_note_keeps_what_was_stored(sign_in, owner, note):
    form = {"body": " ", "visibility": "internal", "priority": "normal", "category": "risk", "version": "1"}
    assert sign_in(owner).post(f"/notes/{note.pk}/edit/", form).status_code == 422
    assert Note.objects.get().body == "Called back"


def test_pinning_toggles(sign_in, owner, note):
    client = sign_in(owner)
    assert b"Pinned" in client.post(f"/notes/{note.pk}/pin/").content
    client.post(f"/notes/{note.pk}/pin/")
    assert not Note.objects.get().pinned


def test_deleting_offers_an_undo_that_works(sign_in, owner, acme, note):
    client = sign_in(owner)
    toast = json.loads(client.post(f"/notes/{note.pk}/delete/")["HX-Trigger"])["toast"]
    assert b"Called back" not in client.get(f"/customers/{acme.pk}/").content
    client.post(toast["undo_url"])
    assert b"Called back" in client.get(f"/customers/{acme.pk}/").content


def test_the_panel_filters_and_reads_on(sign_in, owner, acme, note):
    client = sign_in(owner)
    assert b"Called back" in client.get(f"/customers/{acme.pk}/timeline/?kind=note").content
    assert b"Called back" not in client.get(f"/customers/{acme.pk}/timeline/?kind=changes").content
    moment = note.created_at.isoformat().replace("+", "%2B")
    assert b"Called back" not in client.get(f"/customers/{acme.pk}/timeline/?before={moment}").content


def test_markdown_is_shown_and_kept_as_it_was_written(api, sign_in, owner, acme):
    client, text = sign_in(owner), "**Bold** move\n<script>alert(1)</script>"
    answer = client.post(f"/notes/customer/{acme.pk}/log/", {"kind": "note", "body": text}, headers=HTMX)
    assert b"<strong>Bold</strong>" in answer.content and b"<script>alert" not in answer.content
    note = api(owner).get("notes").json()["results"][0]
    assert note["body"] == text and note["body_html"].startswith("<p><strong>Bold</strong>")
    assert b"**Bold** move" in client.get(f"/notes/{note['id']}/edit/").content, "the editor gets the source"


def test_what_is_out_of_the_ordinary_stands_beside_the_note(sign_in, owner, note):
    client = sign_in(owner)
    assert b"badge" not in client.get(f"/notes/{note.pk}/").content
    form = {"body": "Beware", "visibility": "external", "priority": "urgent", "category": "risk", "version": "1"}
    shown = client.post(f"/notes/{note.pk}/edit/", form).content
    assert all(word in shown for word in (b"Risk", b"Urgent", b"External"))
