"""Two pulls of one mailbox at the same moment, on PostgreSQL: each message is judged once."""

import pytest
from django.db import connection

from crm.intake import pulling
from crm.intake.models import Outcome, Received
from crm.intake.tests.samples import letter
from crm.intake.verdicts import Verdict
from tests.meeting import at_once, meeting_place

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL: set DATABASE_URL"),
]
RAW = letter("ann@acme.example", "crm@vouch.example")


def judged_by_two(box, monkeypatch, is_locked):
    """(how many pulls say that it was new, how often it was judged)."""
    meet, times = meeting_place(2, is_locked), []

    def judge(mailbox, mail):
        meet()
        times.append(mail.key)
        return Verdict(Outcome.IGNORED)

    monkeypatch.setattr(pulling, "judge", judge)
    new = at_once([lambda: pulling.take_in(box, 1, RAW, len(RAW))] * 2)
    return sum(new), len(times)


def test_with_the_lock_off_both_judge_it(box, monkeypatch):
    """The guard off first: the race is real."""
    monkeypatch.setattr(pulling, "first_time", lambda row: None if Received.objects.exists() else row)
    assert judged_by_two(box, monkeypatch, is_locked=False) == (2, 2)


def test_with_it_one_waits_and_finds_it_taken(box, monkeypatch):
    assert judged_by_two(box, monkeypatch, is_locked=True) == (1, 1)
    assert Received.objects.count() == 1
