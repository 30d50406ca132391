"""Mails on records: whose they are, where they belong, and that nobody else reads them until they are shared."""

import pytest

from accounts.actors import actor_for
from auditlog.models import AuditEvent
from crm.core.errors import CrmError
from crm.core.timeline import timeline_of
from crm.intake import letters, services
from crm.intake.addresses import copy_address_of
from crm.intake.models import Letter, LetterState, Outcome, Received
from crm.intake.pulling import take_in
from crm.intake.tests.conftest import HOUSE
from crm.intake.tests.samples import crlf, letter
from crm.mailroom.queue import mail_send
from customers import services as customers
from deals.models import Activity

pytestmark = pytest.mark.django_db
ANN = "ann@acme.example"


@pytest.fixture
def me(owner):
    return actor_for(owner)


@pytest.fixture
def ann(me, north):
    return customers.contact_create(me, first_name="Ann", last_name="Acme", email=ANN, team=north)


@pytest.fixture
def copies(me, box):
    return copy_address_of(letters.copy_address_renew(me), box)


@pytest.fixture
def take(box):
    def take(raw, into=box):
        take_in(into, Received.objects.count() + 1, raw, len(raw))
        return Received.objects.latest("id").outcome

    return take


def the_letter():
    one = Letter.objects.get()
    return one.state, one.direction, one.other, one.about


def test_a_blind_copy_lies_on_the_record_of_whom_it_went_to(take, copies, owner, ann):
    assert take(letter(owner.email, ANN, Delivered_To=copies)) == Outcome.FILED
    assert the_letter() == (LetterState.FILED, "outbound", ANN, ann)
    one = Letter.objects.get()
    assert (one.person, one.subject, one.text, one.message_id) == (owner, "An offer", "Hello", "letter-1@acme.example")


def test_what_is_forwarded_lies_on_the_record_of_who_wrote_it(take, copies, owner, ann):
    quoted = f"See below\n\n---------- Forwarded message ---------\nFrom: Ann <{ANN}>\nSubject: An offer\n\nHi"
    assert take(letter(owner.email, copies, quoted)) == Outcome.FILED
    assert the_letter() == (LetterState.FILED, "inbound", ANN, ann)


@pytest.mark.parametrize("sender", [ANN, "owner@north.example.evil.example", ""])
def test_a_copy_address_is_believed_from_its_person_alone(sender, take, copies, ann):
    assert take(letter(sender, f"{copies}, {ANN}")) == Outcome.UNPROVED and not Letter.objects.exists()


def test_two_senders_are_none(take, copies, owner, ann):
    raw = letter(owner.email, f"{copies}, {ANN}").replace(b"Subject:", b"From: x@evil.example\r\nSubject:")
    assert take(raw) == Outcome.UNPROVED and not Letter.objects.exists()


def test_an_address_that_was_renewed_no_longer_works(take, copies, owner, ann, me):
    letters.copy_address_renew(me)
    assert take(letter(owner.email, f"{copies}, {ANN}")) == Outcome.IGNORED and not Letter.objects.exists()


def test_an_answer_lies_on_the_record_of_who_answers(take, make_user, north):
    admin = make_user("boss@north.example", role="admin", teams=(north,))
    boss = actor_for(admin)
    contact = customers.contact_create(boss, last_name="Acme", email=ANN, team=north)
    sent = mail_send(boss, to=ANN, subject="An offer", text="Hello")
    answered = {"In_Reply_To": f"<{sent.pk}@vouch.example>"}
    assert take(letter(ANN, HOUSE, **answered)) == Outcome.FILED
    assert the_letter() == (LetterState.FILED, "inbound", ANN, contact)
    other = letter("bob@acme.example", HOUSE, message_id="<2@acme.example>", **answered)
    assert take(other) == Outcome.WAITING and "from another address" in Letter.objects.latest("id").why


@pytest.mark.parametrize(
    "mark",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"}, {"List_Id": "<news.acme>"}],
)
def test_an_automatic_answer_is_filed_nowhere(mark, take, actor, ann):
    sent = mail_send(actor, to=ANN, subject="An offer", text="Hello")
    raw = letter(ANN, HOUSE, In_Reply_To=f"<{sent.pk}@vouch.example>", **mark)
    assert take(raw) == Outcome.IGNORED and not Letter.objects.exists()


def test_a_mail_of_the_product_that_comes_back_is_left_alone(take, actor):
    sent = mail_send(actor, to=ANN, subject="An offer", text="Hello")
    assert take(letter(HOUSE, HOUSE, message_id=f"<{sent.pk}@vouch.example>")) == Outcome.IGNORED


def test_what_nothing_leads_to_a_person_from_is_left_alone(take, ann):
    assert take(letter(ANN, HOUSE)) == Outcome.IGNORED and not Letter.objects.exists()


def test_of_several_records_the_person_chooses(take, copies, owner, ann, me, north):
    twin = customers.contact_create(me, last_name="Twin", email=ANN, team=north)
    assert take(letter(owner.email, f"{copies}, {ANN}")) == Outcome.WAITING
    one = Letter.objects.get()
    assert one.about is None and "Several records" in one.why
    letters.letter_file(me, one.pk, contact=twin)
    assert the_letter() == (LetterState.FILED, "outbound", ANN, twin)
    thread = letter(owner.email, f"{copies}, {ANN}", "More", "<2@acme.example>", References="<letter-1@acme.example>")
    assert take(thread) == Outcome.FILED and Letter.objects.latest("id").about == twin


def test_another_team_s_record_is_never_found(take, copies, owner, outsider, south):
    theirs = customers.contact_create(actor_for(outsider), last_name="Far", email=ANN, team=south)
    assert take(letter(owner.email, f"{copies}, {ANN}")) == Outcome.WAITING and Letter.objects.get().about is None
    with pytest.raises(CrmError) as refused:
        letters.letter_file(actor_for(owner), Letter.objects.get().pk, contact=theirs)
    assert refused.value.status == 422


def test_a_customer_that_its_contact_stands_for_is_no_second_one(take, copies, owner, me, north):
    acme = customers.customer_create(me, name="Acme", email=ANN, team=north)
    contact = customers.contact_create(me, last_name="Acme", email=ANN, customer=acme, team=north)
    assert take(letter(owner.email, f"{copies}, {ANN}")) == Outcome.FILED and Letter.objects.get().about == contact


def test_nobody_else_reads_it_anywhere(take, copies, owner, teammate, superadmin, ann, sign_in):
    take(letter(owner.email, f"{copies}, {ANN}", "The price is a secret"))
    path = f"/letters/{Letter.objects.get().pk}/"
    assert "The price is a secret" in sign_in(owner).get(path).content.decode()
    for other in (teammate, superadmin):
        assert sign_in(other).get(path).status_code == 404
        for act in ("file", "share", "dismiss", "delete"):
            assert sign_in(other).post(f"{path}{act}/").status_code == 404
        assert not [one for one in timeline_of(actor_for(other), ann) if "secret" in one.body]
        assert "secret" not in sign_in(other).get(f"/contacts/{ann.pk}/").content.decode()
    assert [one.summary for one in timeline_of(actor_for(owner), ann) if "secret" in one.body]
    assert not Activity.objects.exists() and Letter.objects.get().state == LetterState.FILED


def test_the_trail_holds_nothing_of_what_it_says(take, copies, owner, ann, me):
    take(letter(owner.email, f"{copies}, {ANN}", "The price is a secret"))
    letters.letter_file(me, Letter.objects.get().pk, contact=ann)
    letters.letter_delete(me, Letter.objects.get().pk)
    told = AuditEvent.objects.filter(object_type="letter")
    assert [one.action for one in told.order_by("at", "id")] == ["letters.created", "letters.filed", "letters.deleted"]
    assert not [one for one in told if "secret" in str(one.changes) or "offer" in f"{one.changes}{one.object_label}"]


def test_shared_it_is_an_activity_that_the_team_reads(take, copies, owner, teammate, ann, me):
    take(letter(owner.email, f"{copies}, {ANN}", "The price is no secret"))
    activity = letters.letter_share(me, Letter.objects.get().pk)
    assert (activity.type, activity.contact, activity.direction) == ("email", ann, "outbound")
    assert [one for one in timeline_of(actor_for(teammate), ann) if "no secret" in one.body]
    assert len([one for one in timeline_of(me, ann) if "no secret" in one.body]) == 1
    with pytest.raises(CrmError) as refused:
        letters.letter_share(me, Letter.objects.get().pk)
    assert refused.value.code == "letter_shared"


def test_what_is_not_filed_cannot_be_shared(take, copies, owner, me):
    take(letter(owner.email, f"{copies}, {ANN}"))
    with pytest.raises(CrmError) as refused:
        letters.letter_share(me, Letter.objects.get().pk)
    assert refused.value.code == "letter_not_filed"


def test_from_somebody_s_own_mailbox_what_meets_a_record_is_theirs(take, actor, owner, ann):
    place = {"host": "imap.vouch.example", "username": "olive", "address": "olive@mail.example"}
    own = services.mailbox_create(actor, password="p", person=owner, **place)
    assert take(letter(ANN, "olive@mail.example"), own) == Outcome.FILED
    assert the_letter() == (LetterState.FILED, "inbound", ANN, ann)
    stranger = letter("who@else.example", "olive@mail.example", message_id="<3@else.example>")
    assert take(stranger, own) == Outcome.IGNORED and Letter.objects.count() == 1


def test_html_is_kept_as_text_and_attachments_by_name(take, copies, owner, ann):
    raw = crlf(f"""\
From: {owner.email}
To: {ANN}, {copies}
Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="a"

--a
Content-Type: text/html; charset=utf-8

<style>p {{ color: red }}</style><script>alert(1)</script><p>Hello &amp; welcome</p><img src="https://t.example/x.gif">
--a
Content-Type: application/pdf
Content-Disposition: attachment; filename="../offer.pdf"
Content-Transfer-Encoding: base64

aGVsbG8=
--a--
""")
    assert take(raw) == Outcome.FILED
    one = Letter.objects.get()
    assert (one.subject, one.text) == ("Größe", "Hello & welcome")
    assert one.attachments == [{"name": ".._offer.pdf", "type": "application/pdf", "size": 5}]


def test_one_mail_in_two_mailboxes_is_one_letter(take, copies, owner, ann, actor):
    place = {"host": "imap.vouch.example", "username": "second", "address": "second@vouch.example"}
    second = services.mailbox_create(actor, password="p", **place)
    raw = letter(owner.email, f"{copies}, {ANN}")
    assert take(raw) == Outcome.FILED and take(raw, second) == Outcome.IGNORED and Letter.objects.count() == 1


def test_by_hand_on_the_page_and_put_aside(take, copies, owner, ann, sign_in, me):
    take(letter(owner.email, f"{copies}, bob@acme.example"))
    one, client = Letter.objects.get(), sign_in(owner)
    page = client.get("/letters/").content.decode()
    assert copies in page and "An offer" in page and "Nobody that you may see" in page
    assert client.post(f"/letters/{one.pk}/file/", {"version": 1}).status_code == 422
    assert client.post(f"/letters/{one.pk}/dismiss/").status_code == 302
    assert "An offer" not in client.get("/letters/").content.decode()
    assert client.post(f"/letters/{one.pk}/file/", {"contact": str(ann.pk)}).status_code == 302
    assert Letter.objects.get().about == ann
    before = client.get("/letters/").content.decode()
    client.post("/letters/address/")
    assert copies in before and copies not in client.get("/letters/").content.decode()
