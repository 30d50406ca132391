"""The same webhook eight times at one moment: one lead, and each of them is told that all is well."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook as Signer

from crm.capture import receiving
from crm.capture.models import LeadSource, Submission
from crm.capture.tests.conftest import ADA
from customers.models import Lead
from tests.meeting import at_once, meeting_place

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="rows that wait need PostgreSQL: set DATABASE_URL"),
]
TIMES = 8


def posting(source, secret):
    now, body = timezone.now(), json.dumps(ADA)
    signed = {
        "webhook-id": "msg_same",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(secret).sign("msg_same", now, body),
    }

    def post():
        path = f"/hooks/{source.token}/"
        return Client().post(path, body, content_type="application/json", headers=signed)

    return post


def test_looking_first_and_writing_then_makes_eight(hook, monkeypatch):
    """The guard off first: the race is real."""
    meet = meeting_place(TIMES, is_locked=False)

    def looked(actor, source, entry):
        found = Submission.objects.filter(lead_source=source, key__startswith=entry.key).first()
        meet()
        if found:
            return found, False
        own = {"team_id": source.team_id, "body": entry.body, "state": "refused"}
        return Submission.objects.create(lead_source=source, **own), True

    monkeypatch.setattr(receiving, "_kept", looked)
    answers = at_once([posting(*hook())] * TIMES)
    assert {one.status_code for one in answers} == {200} and Lead.objects.count() == TIMES


def test_the_constraint_makes_one(hook):
    answers = at_once([posting(*hook())] * TIMES)
    assert [one.status_code for one in answers] == [200] * TIMES
    assert len({one.content for one in answers}) == 1
    assert Lead.objects.count() == Submission.objects.count() == 1
    assert LeadSource.objects.get().received == 1


def test_different_ones_are_all_taken(hook, post):
    source, secret = hook()
    calls = [
        lambda n=n: post(source, secret, {**ADA, "email": f"ada{n}@engines.example"}, id=f"msg_{n}")
        for n in range(TIMES)
    ]
    answers = at_once(calls)
    assert {one.status_code for one in answers} == {200} and Lead.objects.count() == TIMES
    assert LeadSource.objects.get().received == TIMES
