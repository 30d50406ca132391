"""A mailbox on a real IMAP server is read once, from where the last pull came to, and nothing in it is touched."""

import ssl

import pytest
from django.utils import timezone

from crm.intake import imap as reading
from crm.intake import pulling, services
from crm.intake.models import Mailbox, Outcome, Received
from crm.intake.probing import send_probe
from crm.intake.pulling import mailboxes_pull, pull
from crm.intake.tests import samples
from crm.intake.tests.imap_server import make_certificate
from crm.outbox.draining import drain
from crm.outbox.models import Suppression
from crm.outbox.tests.deliveries import mail
from crm.outbox.tests.test_smtp import mailbox as smtp  # noqa: F401 – a real server

pytestmark = [pytest.mark.django_db, pytest.mark.dovecot]


def plain(number=1, body="Hello"):
    return samples.letter("ann@acme.example", "crm@vouch.example", body, f"<{number}@acme.example>")


def test_what_arrived_is_read_once_and_left_as_it_was(imap, mailbox, again):
    for number in (1, 2, 3):
        imap.deliver(plain(number))
    assert pull(mailbox) == "3 new" and pull(again(mailbox)) == "0 new"
    imap.deliver(plain(4))
    assert pull(again(mailbox)) == "1 new"
    now = again(mailbox)
    assert Received.objects.count() == 4 and now.pulled_at and now.message_at and not now.last_error
    assert imap.untouched() == 4


def test_a_bounce_on_the_server_ends_at_the_suppressed_address(imap, mailbox):
    sent = mail(to=samples.TO)
    imap.deliver(samples.gmail(sent.pk))
    pull(mailbox)
    assert Suppression.objects.get().address == samples.TO


def test_a_proof_goes_out_by_smtp_and_is_found_by_imap(imap, mailbox, again, smtp):  # noqa: F811
    send_probe(mailbox)
    drain()
    imap.deliver(smtp.messages[0].as_bytes())
    pull(mailbox)
    assert again(mailbox).proved_at and Received.objects.get().outcome == Outcome.PROBE


def test_a_killed_pull_is_gone_on_with_and_nothing_is_done_twice(imap, mailbox, again, monkeypatch):
    for number in range(5):
        imap.deliver(plain(number))
    whole, looked = pulling.take_in, []

    def killed(*args):
        looked.append(args[1])
        if len(looked) == 3:
            raise KeyboardInterrupt
        return whole(*args)

    monkeypatch.setattr(pulling, "take_in", killed)
    with pytest.raises(KeyboardInterrupt):
        pull(mailbox)
    assert Received.objects.count() == 2
    assert pull(again(mailbox)) == "3 new" and len(set(looked)) == 5 and Received.objects.count() == 5


def test_numbered_anew_the_same_messages_are_nothing_new(imap, mailbox, again):
    imap.deliver(plain(1))
    assert pull(mailbox) == "1 new"
    before = again(mailbox).uid_validity
    imap.number_anew()
    imap.deliver(plain(2))
    assert pull(again(mailbox)) == "1 new" and again(mailbox).uid_validity != before
    assert Received.objects.count() == 2


def test_a_copy_of_a_message_is_nothing_new(imap, mailbox):
    imap.deliver(plain(1))
    imap.deliver(b"Received: from elsewhere\r\n" + plain(1))
    assert pull(mailbox) == "1 new"


def test_of_a_big_message_the_beginning_is_read(imap, mailbox, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 500)
    raw = plain(1, "a" * 100_000)
    imap.deliver(raw)
    imap.deliver(plain(2))
    assert pull(mailbox) == "2 new"
    assert Received.objects.order_by("uid").first().size == len(raw)


def test_an_endless_answer_is_not_taken(imap, mailbox, again, monkeypatch):
    monkeypatch.setattr(reading, "MOST_IN_AN_ANSWER", 50)
    imap.deliver(plain(1))
    assert "an answer of" in pull(mailbox) and again(mailbox).failures == 1


def test_what_failed_is_said_in_words_and_left_for_longer_and_longer(imap, mailbox, again, actor):
    services.mailbox_update(actor, mailbox.pk, password="wrong")
    assert "refuses user name or password" in pull(again(mailbox))
    now = again(mailbox)
    assert now.failures == 1 and "wrong" not in now.last_error and now.next_pull_at > timezone.now()
    assert mailboxes_pull(actor, timezone.now()) == "No mailbox is due."


def test_a_server_that_cannot_prove_its_name_gets_no_password(imap, mailbox, again, tmp_path):
    Mailbox.objects.update(certificate=make_certificate(tmp_path))
    assert "CERTIFICATE_VERIFY_FAILED" in pull(again(mailbox))
    Mailbox.objects.update(certificate=imap.certificate, host="127.0.0.1")
    assert "CERTIFICATE_VERIFY_FAILED" in pull(again(mailbox))
    assert "auth" not in imap.log() or "Login" not in imap.log()
    with pytest.raises(ssl.SSLError):
        reading.trusting("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----")


def test_a_name_that_leads_into_the_own_network_is_not_called(mailbox, again, settings, monkeypatch):
    settings.PRODUCTION = True
    assert "public internet" in pull(again(mailbox))
    settings.MAILBOX_PRIVATE_HOSTS = True
    assert pull(again(mailbox)) == "0 new"


def test_a_folder_that_is_not_there_is_said_to(imap, mailbox, again):
    Mailbox.objects.update(folder='No "such" folder')
    assert "EXAMINE" in pull(again(mailbox))


def test_one_that_cannot_be_reached_keeps_no_other_waiting(imap, mailbox, actor):
    place = {"host": "localhost", "port": 1, "username": "x", "address": "a@dead.example"}
    services.mailbox_create(actor, password="p", **place)
    imap.deliver(plain(1))
    told = mailboxes_pull(actor, timezone.now())
    assert "crm@vouch.example: 1 new" in told and "a@dead.example: ConnectionRefused" in told
