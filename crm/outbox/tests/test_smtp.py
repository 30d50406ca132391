"""A real SMTP server on the loopback: what it answers decides whether a mail is sent, tried again, or given up."""

import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from crm.outbox.draining import drain
from crm.outbox.models import Delivery, State
from crm.outbox.tests.deliveries import all_due, mail

pytestmark = pytest.mark.django_db


class Mailbox:
    """Takes everything, unless `answers` says something else for a recipient or the whole message."""

    def __init__(self):
        self.messages, self.answers, self.data_answer, self.connections = [], {}, "250 OK", 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.data_answer == "drop":
            server.transport.abort()
            return "250 never arrives"
        return self.data_answer


class Server(Controller):
    def factory(self):
        return SMTP(self.handler, hostname="mail.test")


@pytest.fixture
def mailbox(settings):
    handler = Mailbox()
    server = Server(handler, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    yield handler
    server.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def the_state():
    row = Delivery.objects.get()
    return row.state, row.last_error


def test_a_pass_sends_over_one_connection_what_a_strict_parser_reads(mailbox):
    rows = [mail(html="<p>Hello</p>", subject="Größe 测试") for _ in range(3)]
    assert drain() == 3 and mailbox.connections == 1
    assert {message["Message-ID"] for message in mailbox.messages} == {f"<{row.pk}@localhost>" for row in rows}
    message = mailbox.messages[0]
    assert not message.defects and message["Subject"] == "Größe 测试"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_550_is_the_end_at_once_and_the_others_leave(mailbox):
    mailbox.answers["gone@north.example"] = "550 No such person"
    gone, other = mail(to="gone@north.example"), mail()
    drain()
    gone.refresh_from_db()
    assert gone.state == State.FAILED and "550 No such person" in gone.last_error
    assert Delivery.objects.get(pk=other.pk).state == State.SENT


def test_451_is_tried_again_and_sent_with_the_same_id(mailbox):
    mailbox.data_answer = "451 Come back later"
    row = mail()
    drain()
    assert the_state()[0] == State.PENDING and "451 Come back later" in the_state()[1]
    mailbox.data_answer = "250 OK"
    all_due()
    drain()
    assert the_state() == (State.SENT, "")
    assert {message["Message-ID"] for message in mailbox.messages} == {f"<{row.pk}@localhost>"}


def test_a_server_that_takes_it_and_drops_the_connection_gets_it_again_with_the_same_id(mailbox):
    mailbox.data_answer = "drop"
    mail()
    drain()
    assert the_state()[0] == State.PENDING
    mailbox.data_answer = "250 OK"
    all_due()
    drain()
    assert the_state()[0] == State.SENT and len({message["Message-ID"] for message in mailbox.messages}) == 1


def test_421_makes_the_others_wait_without_a_try(mailbox):
    mailbox.data_answer = "421 Closing"
    for _ in range(3):
        mail()
    assert drain() == 1 and Delivery.objects.filter(state=State.PENDING, attempts=0).count() == 2


def test_a_server_that_is_not_there_is_unreachable(mailbox, settings):
    settings.EMAIL_PORT = free_port()
    mail(), mail()
    assert drain() == 1
    assert Delivery.objects.filter(last_error__contains="cannot be used: ConnectionRefusedError").count() == 1
    assert Delivery.objects.filter(state=State.PENDING).count() == 2


def test_a_server_that_hangs_costs_the_time_limit_once(mailbox, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = silent.getsockname()[1], 0.3
        mail(), mail()
        assert drain() == 1
    assert Delivery.objects.filter(state=State.PENDING, last_error__contains="cannot be used").count() == 1


def test_a_password_that_the_server_refuses_kills_no_mail(mailbox, settings):
    """It is ours to put right."""
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "vouch", "wrong"
    mail()
    drain()
    assert the_state()[0] == State.PENDING
