"""When and how often a key is used: written at most once a minute, counted by day, never in the way of an answer."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.apikeys import usage
from accounts.apikeys.usage import Tally, note_use, tally, write_counts
from accounts.models import ApiKey, ApiKeyUse
from accounts.tests.api_keys import ask, make_key
from auditlog.models import AuditEvent

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


def test_the_first_use_is_kept_with_its_address_and_in_the_trail(owner):
    key, secret = make_key(owner)
    ask(secret, address="203.0.113.7")
    key.refresh_from_db()
    assert key.last_used_address == "203.0.113.7" and timezone.now() - key.last_used_at < timedelta(minutes=1)
    event = AuditEvent.objects.get(action="api_keys.used")
    assert (event.actor_id, event.on_behalf_of, event.address) == (owner.pk, "key:Nightly export", "203.0.113.7")


def writes(call):
    with CaptureQueriesContext(connection) as captured:
        call()
    return [one["sql"] for one in captured.captured_queries if one["sql"].startswith(("UPDATE", "INSERT"))]


def test_within_a_minute_nothing_is_written_again(owner):
    _, secret = make_key(owner)
    assert writes(lambda: ask(secret, "me"))
    assert not writes(lambda: [ask(secret, "me") for _ in range(3)])


def test_of_requests_that_read_the_same_row_one_writes(owner, as_actor):
    key, _ = make_key(owner)
    copies = [ApiKey.objects.select_related("user").get(pk=key.pk) for _ in range(3)]
    for copy in copies:
        note_use(copy, as_actor(owner), NOW)
    assert AuditEvent.objects.filter(action="api_keys.used").count() == 1


def test_each_day_of_use_is_in_the_trail_once(owner, as_actor):
    key, _ = make_key(owner)
    for hours in (0, 1, 2, 24, 25):
        key.refresh_from_db()
        note_use(key, as_actor(owner), NOW + timedelta(hours=hours))
    assert AuditEvent.objects.filter(action="api_keys.used").count() == 2


def test_counts_are_written_by_day_and_add_up(owner, as_actor):
    key, _ = make_key(owner)
    for number, hours in ((5, 0), (2, 1), (4, 24)):
        for _ in range(number):
            tally.add(key.pk, (NOW + timedelta(hours=hours)).date())
        write_counts(NOW + timedelta(hours=hours))
    counted = dict(ApiKeyUse.objects.values_list("day", "count"))
    assert counted == {NOW.date(): 7, NOW.date() + timedelta(days=1): 4}


def test_a_process_writes_its_counts_once_a_minute():
    counts, day = Tally(), date(2026, 11, 22)
    counts.add("key", day)
    assert counts.take_if_due(NOW) == {("key", day): 1}
    counts.add("key", day)
    counts.add("key", day)
    assert counts.take_if_due(NOW + timedelta(seconds=59)) == {}
    assert counts.take_if_due(NOW + timedelta(seconds=60)) == {("key", day): 2}
    assert counts.take_if_due(NOW + timedelta(seconds=200)) == {}


def test_any_request_brings_the_counts_of_a_quiet_key_home(owner, client):
    key, _ = make_key(owner)
    tally.add(key.pk, NOW.date())
    client.get("/health/live")
    assert ApiKeyUse.objects.get(key=key).count == 1


def test_counts_of_a_key_that_is_gone_are_dropped(owner):
    key, _ = make_key(owner)
    tally.add(key.pk, NOW.date())
    key.delete()
    write_counts(NOW)
    assert not ApiKeyUse.objects.exists()


def test_what_cannot_be_written_does_not_spoil_the_answer(owner, monkeypatch):
    def broken(*_args):
        raise DatabaseError("disk full")

    _, secret = make_key(owner)
    monkeypatch.setattr(usage, "note_use", broken)
    assert ask(secret).status_code == 200
