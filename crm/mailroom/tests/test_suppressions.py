"""Who gets no mail: mailboxes that do not exist, people who said no, and nobody else."""

from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from django.core import mail as mailbox
from django.test import Client

from accounts.actors import actor_for
from auditlog.models import AuditEvent
from crm.core.errors import Conflict, Forbidden
from crm.mailroom.queue import mail_send
from crm.mailroom.suppressions import suppression_add, suppression_remove
from crm.outbox.draining import drain
from crm.outbox.models import Delivery, State, Suppression
from crm.outbox.tests.deliveries import mail
from crm.outbox.tests.test_smtp import mailbox as smtp  # noqa: F401 – a real server
from crm.outbox.unsubscribing import link_for

pytestmark = pytest.mark.django_db
OLIVE = "olive@north.example"


def path_of(link):
    return urlsplit(link).path


def states():
    return set(Delivery.objects.values_list("state", flat=True))


@pytest.mark.parametrize(
    ("reason", "transactional", "state"),
    [
        *(("bounce", both, State.SUPPRESSED) for both in (True, False)),
        *(("manual", both, State.SUPPRESSED) for both in (True, False)),
        *((one, False, State.SUPPRESSED) for one in ("complaint", "unsubscribed")),
        *((one, True, State.SENT) for one in ("complaint", "unsubscribed")),
    ],
)
def test_what_is_suppressed_is_not_sent_and_says_why(admin, reason, transactional, state):
    suppression_add(actor_for(admin), address=" Olive@North.example ", reason=reason, detail="told by phone")
    mail(to=OLIVE, transactional=transactional, html="<p>x</p>")
    drain()
    row = Delivery.objects.get()
    assert row.state == state and len(mailbox.outbox) == (state == State.SENT)
    if state == State.SUPPRESSED:
        assert "told by phone" in row.last_error and row.attempts == 0 and row.finished_at


def test_others_are_not_touched(admin):
    suppression_add(actor_for(admin), address=OLIVE)
    mail(to="oliver@north.example")
    drain()
    assert states() == {State.SENT}


def test_a_sensitive_mail_that_is_held_back_keeps_no_secret(admin):
    suppression_add(actor_for(admin), address=OLIVE)
    mail(to=OLIVE, sensitive=True)
    drain()
    assert Delivery.objects.get().secret == ""


@pytest.mark.parametrize(
    ("answer", "suppressed"),
    [
        ("550 5.1.1 No such user", True),
        ("550 5.1.10 Recipient not found", True),
        ("550 5.2.1 Mailbox disabled", True),
        ("550 5.7.1 Blocked: your address is on a list", False),
        ("552 5.2.2 Mailbox full", False),
        ("550 No such person", False),
        ("450 4.1.1 Try later", False),
    ],
)
def test_a_mailbox_that_does_not_exist_is_not_tried_again(smtp, answer, suppressed):  # noqa: F811
    smtp.answers[OLIVE] = answer
    mail(to=OLIVE)
    drain()
    assert Suppression.objects.filter(reason="bounce").exists() == suppressed
    if suppressed:
        mail(to=OLIVE)
        drain()
        assert Delivery.objects.filter(state=State.SUPPRESSED).count() == 1
        assert AuditEvent.objects.filter(action="suppressions.created").exists()


def test_news_carry_a_one_click_unsubscription_and_other_mail_does_not(admin, smtp):  # noqa: F811
    mail_send(actor_for(admin), to=OLIVE, subject="News", text="Hello")
    mail(to="b@north.example")
    drain()
    news, other = sorted(smtp.messages, key=lambda one: one["To"] != OLIVE)
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and not other["List-Unsubscribe"]
    link = news["List-Unsubscribe"].strip(" <>")
    assert link.startswith("http") and link == link_for(OLIVE)
    body = message_from_bytes(news.as_bytes(), policy=policy.strict).get_body(("plain",)).get_content()
    assert link in body.replace("\n", ""), "people who read text find it, too"


def test_looking_at_the_link_changes_nothing_and_posting_does(client):
    path = path_of(link_for(OLIVE))
    page = client.get(path)
    assert page.status_code == 200 and "Send me no more" in page.content.decode() and OLIVE in page.content.decode()
    assert not Suppression.objects.exists()
    for _ in range(2):
        done = client.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        assert done.status_code == 200 and "You get no more" in done.content.decode()
    assert Suppression.objects.get().reason == "unsubscribed"
    assert AuditEvent.objects.filter(action="suppressions.created").count() == 1


def test_a_mail_program_posts_without_cookies_or_token():
    assert Client(enforce_csrf_checks=True).post(path_of(link_for(OLIVE))).status_code == 200
    assert Suppression.objects.exists()


def test_who_changed_their_mind_gets_news_again_but_no_bounce_is_forgotten(client, admin):
    path = path_of(link_for(OLIVE))
    client.post(path)
    client.post(path, {"again": "1"})
    assert not Suppression.objects.exists()
    suppression_add(actor_for(admin), address=OLIVE, reason="bounce")
    client.post(path, {"again": "1"})
    assert Suppression.objects.get().reason == "bounce"


@pytest.mark.parametrize("token", ["x", "x:y", "eyJhIjoiYiJ9:abc:def"])
def test_nobody_unsubscribes_others(client, token):
    assert client.get(f"/unsubscribe/{token}/").status_code == client.post(f"/unsubscribe/{token}/").status_code == 404
    assert not Suppression.objects.exists()


def test_a_link_for_one_is_none_for_another():
    assert link_for(OLIVE) != link_for("b@north.example") and link_for(OLIVE) == link_for("OLIVE@north.example")


def test_a_bounce_counts_more_than_an_unsubscription(admin, smtp):  # noqa: F811
    suppression_add(actor_for(admin), address=OLIVE, reason="unsubscribed")
    smtp.answers[OLIVE] = "550 5.1.1 No such user"
    mail(to=OLIVE)
    drain()
    assert Suppression.objects.get().reason == "bounce"


def test_an_erased_person_is_still_not_written_to(admin):
    """What the erasure leaves: the fingerprint decides."""
    suppression_add(actor_for(admin), address=OLIVE, reason="unsubscribed")
    Suppression.objects.update(address="[erased]", detail="")
    mail(to=OLIVE, transactional=False)
    drain()
    assert states() == {State.SUPPRESSED}


def test_only_who_may_manage_takes_an_address_off(admin, marketer, owner):
    found = suppression_add(actor_for(admin), address=OLIVE)
    for person in (marketer, owner):
        with pytest.raises(Forbidden):
            suppression_remove(actor_for(person), found.pk)
        with pytest.raises(Forbidden):
            suppression_add(actor_for(person), address="x@y.example")
    with pytest.raises(Conflict):
        suppression_add(actor_for(admin), address=OLIVE.upper())
    suppression_remove(actor_for(admin), found.pk)
    event = AuditEvent.objects.get(action="suppressions.deleted")
    assert OLIVE in event.changes and event.actor_label == "Ada Admin" and not Suppression.objects.exists()


def test_the_page_lists_adds_and_removes(admin, sign_in):
    client, base = sign_in(admin), "/settings/emails/suppressed/"
    assert "Everybody gets mail" in client.get(base).content.decode()
    wrong = client.post(f"{base}add/", {"address": "no address", "reason": "manual"})
    assert wrong.status_code == 422 and "no address" in wrong.content.decode()
    client.post(f"{base}add/", {"address": OLIVE, "reason": "complaint", "detail": "by letter"})
    page = client.get(base, {"address": "Olive@north.example"}).content.decode()
    assert OLIVE in page and "by letter" in page and "Complained" in page
    assert OLIVE not in client.get(base, {"reason": "bounce"}).content.decode()
    client.post(f"{base}{Suppression.objects.get().pk}/remove/")
    assert not Suppression.objects.exists()
