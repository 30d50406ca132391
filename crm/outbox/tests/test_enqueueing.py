"""Enqueueing is one insert in the sender's transaction, made once; what opens a door is stored unreadably."""

import pytest
from django.core import mail as mailbox
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.core.encryption import Unreadable
from crm.outbox.draining import drain
from crm.outbox.mail import enqueue_mail
from crm.outbox.models import Delivery, State
from crm.outbox.services import enqueue
from crm.outbox.tests.deliveries import mail

pytestmark = pytest.mark.django_db

SECRET = "https://crm.example.com/reset/Zuiderzee-token"


class Undone(Exception):
    pass


def enqueue_and_undo():
    with transaction.atomic():
        mail()
        raise Undone


def dumped():
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM outbox_delivery")
        return repr(cursor.fetchall())


def test_what_is_rolled_back_was_never_enqueued(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as hinted, pytest.raises(Undone):
        enqueue_and_undo()
    assert not Delivery.objects.exists() and not hinted and not mailbox.outbox


def test_it_leaves_after_the_commit_and_not_before(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        mail()
        assert not mailbox.outbox
    assert len(mailbox.outbox) == 1


def test_one_key_is_one_delivery():
    first, second = mail(key="welcome:1"), mail(key="welcome:1", text="Another text")
    assert first.pk == second.pk and Delivery.objects.get().content()["text"] == "Hello"


def test_it_costs_one_insert():
    with CaptureQueriesContext(connection) as asked:
        mail()
    statements = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 1 and statements[0].startswith("INSERT")


def test_a_hint_that_fails_breaks_nothing():
    """Django logs what a robust hook raises and goes on."""
    mail()
    assert [is_robust for *_, is_robust in connection.run_on_commit] == [True]


def test_a_sensitive_text_is_in_no_dump_and_gone_once_sent():
    delivery = mail(text=SECRET, sensitive=True)
    assert SECRET not in dumped() and "Zuiderzee" not in dumped()
    drain()
    assert SECRET in mailbox.outbox[0].body
    sent = Delivery.objects.get(pk=delivery.pk)
    assert (sent.secret, sent.payload, sent.state) == ("", "{}", State.SENT)
    with pytest.raises(Unreadable):
        sent.content()


def test_a_text_that_opens_nothing_is_stored_as_it_is():
    mail(text="The quarter went well")
    assert "The quarter went well" in dumped()


def test_a_ciphertext_is_of_no_use_in_another_row():
    mine, other = mail(text=SECRET, sensitive=True), mail(to="mallory@south.example", sensitive=True)
    Delivery.objects.filter(pk=other.pk).update(secret=Delivery.objects.get(pk=mine.pk).secret)
    with pytest.raises(Unreadable):
        Delivery.objects.get(pk=other.pk).content()


def test_the_database_refuses_a_sensitive_payload_in_plain():
    delivery = mail(sensitive=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(payload='{"text": "plain"}')


def test_a_subject_is_one_line():
    assert enqueue_mail("a@b.example", "Two\r\nBcc: all@b.example", "x", key="k").subject == "Two Bcc: all@b.example"


def test_a_kind_that_nobody_carries_waits_for_who_does():
    enqueue("carrier_pigeon", {"note": "coo"}, key="pigeon:1")
    assert drain() == 0 and Delivery.objects.get().state == State.PENDING
