"""Whatever a stranger sends: it is taken in and said to be what it is, the next one is read, and nothing breaks."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.intake.bodies import attachments_of, text_of
from crm.intake.judging import automatic
from crm.intake.models import Letter, Outcome, Received
from crm.intake.pulling import take_in
from crm.intake.raw import NotReadable, read
from crm.intake.reports import report_in
from crm.intake.tests import samples

HEAD = b"From: ann@acme.example\r\nTo: crm@vouch.example\r\n"
DEEP = HEAD + b"".join(
    b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (number, number) for number in range(2000)
)
HOSTILE = {
    "empty": b"",
    "no headers": b"\r\n\r\nHello",
    "NUL": HEAD + b"Subject: a\0b\r\nMessage-ID: <a\0b@acme.example>\r\n\r\nHello\0 there",
    "long header": HEAD + b"X-Long: " + b"a" * 10_000_000 + b"\r\n\r\nHello",
    "many addresses": b"From: a@b.example\r\nTo: " + b", ".join([b"x@y.example"] * 15_000) + b"\r\n\r\nHello",
    "quotes": b"From: ann@acme.example\r\nTo: " + b'"' * 20_000 + b"\r\n\r\nHello",
    "long kind": HEAD + b"Content-Type: text/plain; a=" + b'"' * 200_000 + b"\r\n\r\nHello",
    "many parts": HEAD
    + b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n'
    + b"--a\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 5_000,
    "comments": b"From: " + b"(" * 20_000 + b"\r\n\r\nHello",
    "deep": DEEP,
    "charset": HEAD + b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe\xfd",
    "broken base64": HEAD + b"Content-Transfer-Encoding: base64\r\nContent-Type: text/plain\r\n\r\n=!x=",
    "broken words": HEAD + b"Subject: =?utf-8?b?!!!?= =?nope?q?=ff?=\r\nDate: yesterday\r\n\r\nHello",
    "binary": bytes(range(256)) * 50,
    "surrogates": HEAD + b"Subject: \xed\xa0\x80\xff\r\n\r\n\xed\xa0\x80",
    "report of nothing": HEAD + b'Content-Type: multipart/report; boundary="a"\r\n\r\n--a\r\n'
    b"Content-Type: message/delivery-status\r\n\r\n\r\n--a--",
    "report that is text": HEAD + b'Content-Type: multipart/report; boundary="a"\r\n\r\n--a\r\n'
    b"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--a--",
}


@pytest.mark.django_db
@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_it_is_taken_in_once_and_does_no_harm(raw, box):
    assert take_in(box, 7, raw, len(raw)) and not take_in(box, 7, raw, len(raw))
    outcome = Received.objects.get().outcome
    assert outcome in (Outcome.IGNORED, Outcome.UNREADABLE, Outcome.UNPROVED) and not Letter.objects.exists()


def looked_at(raw):
    """All that is read of a mail before the database is asked."""
    try:
        mail = read(raw)
    except NotReadable:
        return
    said = [mail.line("Subject"), *mail.addresses("To", "Cc"), *mail.references, mail.message_id, mail.sender]
    said += [text_of(mail.message), automatic(mail), str(mail.sent_at)]
    said += [one["name"] for one in attachments_of(mail.message)]
    report_in(mail)
    assert not any("\0" in one or one != one.encode("utf-8", "replace").decode() for one in said)


def test_of_a_list_that_is_too_long_to_be_parsed_the_addresses_are_found():
    many = ", ".join(f"Person {number} <p{number}@acme.example>" for number in range(200))
    mail = read(f"From: ann@acme.example\r\nTo: {many}\r\n\r\nHello".encode())
    assert mail.addresses("To") == [f"p{number}@acme.example" for number in range(50)]


def test_a_sender_that_is_too_long_to_be_parsed_is_none():
    assert read(b"From: " + b'"' * 3_000 + b" <ann@acme.example>\r\n\r\nHello").sender == ""


WORDS = st.sampled_from([
    *(b"From:", b"To:", b"Subject:", b"Message-ID:", b"References:", b"Date:", b"\r\n", b"\r\n\r\n", b" ", b"<", b">"),
    *(b"@", b"Content-Type: ", b"multipart/report", b"message/rfc822", b"message/delivery-status", b"text/html"),
    *(b'; boundary="a"', b"--a", b"--a--", b"; charset=utf-16", b"Content-Transfer-Encoding: base64", b"=?utf-8?b?"),
    *(b"\0", b"\xff", b"(", b'"', b"Action: failed", b"Status: 5.1.1", b"Final-Recipient: rfc822; a@b.example"),
    *(b"Content-Disposition: attachment; filename*0*=utf-8''%ff", b"=20", b"\n", b"mailer-daemon@x.example", b"a" * 50),
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=60).map(b"".join))
def test_no_arrangement_of_what_mails_are_made_of_breaks_the_reading(raw):
    looked_at(raw)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([samples.postfix, samples.exchange, samples.gmail, samples.complaint]), st.data())
def test_no_damage_to_a_true_report_breaks_the_reading(sample, data):
    raw = bytearray(sample("0192f1c0-0000-7000-8000-000000000000"))
    for _change in range(data.draw(st.integers(0, 10))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    looked_at(bytes(raw))


MIXED = HEAD + b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n--a\r\n'


def test_of_an_attached_mail_with_addresses_in_no_charset_the_size_is_known():
    attached = b"From: <crm@vouch.example>\x80Message-ID: <" + b"0192f1c0-" * 6 + b"@vouch.example>\r\n\r\nHello"
    raw = MIXED + b"\r\nHi\r\n--a\r\nContent-Type: message/rfc822\r\n\r\n" + attached + b"\r\n--a--"
    looked_at(raw)
    (one,) = attachments_of(read(raw).message)
    assert one["size"] == len(b"Content-Type: message/rfc822\r\n\r\n" + attached)


def test_beside_a_related_part_without_parts_the_text_is_read():
    raw = MIXED + b"Content-Type: multipart/related\r\n\r\nlost\r\n--a\r\n\r\nHello\r\n--a--"
    looked_at(raw)
    assert text_of(read(raw).message) == "Hello"


@pytest.mark.parametrize("sender", [b"\0postmaster@acme.example", b"post\x1bmaster@acme.example"])
def test_what_no_database_takes_is_no_address(sender):
    assert read(b"From: " + sender + b"\r\nTo: crm@vouch.example\r\n\r\nHello").sender == ""


@pytest.mark.django_db
def test_a_message_that_fails_is_said_to_and_the_next_is_read(box, monkeypatch):
    def broken(*_args):
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("crm.intake.pulling.judge", broken)
    with transaction.atomic():
        assert take_in(box, 1, HEAD + b"\r\nHello", 60)
    row = Received.objects.get()
    assert (row.outcome, row.why) == (Outcome.FAILED, "RuntimeError: a mistake of ours")
