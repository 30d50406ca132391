"""`@Name` in a note: only who may read it is meant, offered and told, and once."""

import pytest

from accounts.models import Role, User
from crm.outbox.models import Delivery
from customers import services
from customers.models import Contact, Note

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def mailed():
    return sorted(Delivery.objects.filter(topic="mention").values_list("recipient", flat=True))


def test_who_is_named_is_linked_and_told_where_but_not_what(sign_in, owner, teammate, acme):
    body = "Ask @tom teammate about **money**, not @Oscar Outsider or @Olive Owner"
    shown = sign_in(owner).post(f"/notes/customer/{acme.pk}/log/", {"body": body}, headers=HTMX).content.decode()
    assert f'<a href="/settings/people/{teammate.pk}/" rel="noopener noreferrer nofollow">@tom teammate</a>' in shown
    assert "@Oscar Outsider or" in shown and mailed() == [teammate.email]
    mail = Delivery.objects.get(topic="mention")
    assert mail.subject == "Olive Owner mentioned you in a note about Acme"
    assert f"/customers/{acme.pk}/" in str(mail.payload) and "money" not in str(mail.payload)


def test_an_edit_tells_only_who_is_new_and_keeps_who_is_still_named(
    api, make_user, owner, actor, teammate, acme, north
):
    note = services.note_create(actor, body="@Tom Teammate", customer=acme)
    make_user("third@north.example", teams=(north,), full_name="Thea Third")
    services.note_update(actor, note.pk, body="@Tom Teammate and @Thea Third")
    services.note_update(actor, note.pk, pinned=True)
    assert mailed() == ["teammate@north.example", "third@north.example"]
    services.note_update(actor, note.pk, body="@Thea Third alone")
    (shown,) = api(owner).get("notes").json()["results"]
    assert [one["name"] for one in shown["mentions"]] == ["Thea Third"] and "/settings/people/" in shown["body_html"]


def test_two_of_one_name_are_told_apart_by_their_e_mails(actor, make_user, acme, north):
    for address in ("ann@north.example", "ann2@north.example"):
        make_user(address, teams=(north,), full_name="Ann")
    assert services.note_create(actor, body="@Ann", customer=acme).mentions == []
    assert services.note_create(actor, body="@ann2@north.example", customer=acme).mentions and mailed() == [
        "ann2@north.example"
    ]


def test_who_may_not_read_the_record_is_neither_offered_nor_told(
    sign_in, make_user, owner, teammate, outsider, acme, north
):
    blind = Role.objects.create(name="blind", label="Blind", grants={"customers:read": "team"})
    User.objects.filter(pk=make_user("blind@north.example", teams=(north,), full_name="Ben Blind").pk).update(
        role=blind
    )
    offered = sign_in(owner).get(f"/notes/customer/{acme.pk}/people/").content.decode()
    assert 'data-value="Tom Teammate"' in offered and "Blind" not in offered and "Oscar" not in offered
    assert "Tom" not in sign_in(owner).get(f"/notes/customer/{acme.pk}/people/?q=olive").content.decode()
    assert sign_in(outsider).get(f"/notes/customer/{acme.pk}/people/").status_code == 404
    assert sign_in(owner).get(f"/notes/team/{acme.pk}/people/").status_code == 404


def test_a_note_that_an_import_brings_names_nobody(actor, teammate, acme):
    services.note_create(actor.through("import"), body="@Tom Teammate", customer=acme)
    assert mailed() == [] and Note.objects.get().mentions == [] and not Contact.objects.exists()
