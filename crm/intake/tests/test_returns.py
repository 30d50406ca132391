"""Bounces and complaints: believed about a mail of ours to the address it went to, and about nothing else."""

from uuid import uuid4

import pytest

from auditlog.models import AuditEvent
from crm.intake.models import Outcome, Received
from crm.intake.pulling import take_in
from crm.intake.tests import samples
from crm.outbox.models import Return, Suppression
from crm.outbox.tests.deliveries import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    return mail(to=samples.TO, subject="News")


@pytest.fixture
def take(box):
    """What came of it: (outcome, (kind, status) of what is kept, reason of the suppression)."""

    def take(raw, uid=1):
        take_in(box, uid, raw, len(raw))
        kept = [(one.kind, one.status) for one in Return.objects.all()]
        reasons = list(Suppression.objects.values_list("reason", flat=True))
        return Received.objects.latest("id").outcome, kept, reasons

    return take


@pytest.mark.parametrize(
    ("sample", "status"),
    [
        (samples.postfix, "5.1.1"),
        (samples.exchange, "5.1.10"),
        (samples.gmail, "5.1.1"),
        (samples.qmail, "5.1.1"),
    ],
)
def test_a_mailbox_that_does_not_exist_gets_no_more_mail(sample, status, sent, take):
    assert take(sample(sent.pk)) == (Outcome.BOUNCE, [("hard", status)], ["bounce"])
    assert AuditEvent.objects.filter(action="deliveries.returned", object_id=str(sent.pk)).exists()


@pytest.mark.parametrize(
    ("status", "action", "said"),
    [
        ("5.2.2", "failed", "552 5.2.2 Mailbox full"),
        ("5.7.1", "failed", "554 5.7.1 Blocked by a list"),
        ("4.4.1", "delayed", "connect to mx.acme.example: timed out"),
    ],
)
def test_what_may_pass_is_counted_and_shown_and_stops_nothing(status, action, said, sent, take):
    raw = samples.postfix(sent.pk, status=status, action=action, said=said)
    assert take(raw) == (Outcome.BOUNCE, [("soft", status)], [])
    other = samples.postfix(sent.pk, status=status, action=action, said=f"{said} again")
    assert take(other, 2)[1] == [("soft", status)] * 2


def test_the_words_of_the_server_decide_where_a_relay_does_not_know(sent, take):
    raw = samples.postfix(sent.pk, status="5.0.0", said="550 5.1.1 no such user")
    assert take(raw)[1:] == ([("hard", "5.1.1")], ["bounce"])


def test_a_report_that_it_was_delivered_changes_nothing(sent, take):
    assert take(samples.postfix(sent.pk, action="delivered", status="2.0.0")) == (Outcome.IGNORED, [], [])


@pytest.mark.parametrize("sample", [samples.postfix, samples.exchange, samples.gmail, samples.qmail, samples.complaint])
def test_a_forged_one_changes_nothing(sample, sent, take):
    assert take(sample(uuid4())) == (Outcome.UNPROVED, [], [])
    assert take(sample(sent.pk, to="boss@rival.example"), 2) == (Outcome.UNPROVED, [], [])


def test_prose_is_believed_from_a_postmaster_alone(sent, take):
    raw = samples.qmail(sent.pk).replace(b"MAILER-DAEMON@", b"joker@").replace(b"Return-Path: <>\r\n", b"")
    assert take(raw) == (Outcome.IGNORED, [], [])


@pytest.mark.parametrize("to", [samples.TO, ""])
def test_who_complains_gets_no_more_news(to, sent, take):
    assert take(samples.complaint(sent.pk, to=to)) == (Outcome.COMPLAINT, [("complaint", "")], ["complaint"])


def test_that_it_is_no_spam_is_no_complaint(sent, take):
    assert take(samples.complaint(sent.pk, kind="not-spam")) == (Outcome.IGNORED, [], [])


def test_the_same_report_counts_once(sent, take, box, actor):
    raw = samples.postfix(sent.pk)
    take(raw)
    assert not take_in(box, 2, raw, len(raw)) and Return.objects.count() == 1


def test_it_shows_at_the_mail_in_page_and_api(sent, take, api, sign_in, admin):
    take(samples.postfix(sent.pk))
    shown = api(admin).get(f"emails/{sent.pk}").json()["returns"]
    assert [(one["kind"], one["status"]) for one in shown] == [("hard", "5.1.1")] and "User unknown" in shown[0]["said"]
    page = sign_in(admin).get(f"/settings/emails/{sent.pk}/").content.decode()
    assert "No such mailbox" in page and "User unknown" in page
