"""The trail is verified by the clock: from the last good check on, and once a week from its beginning."""

from datetime import timedelta

import pytest
from django.urls import get_resolver
from django.utils import timezone

from auditlog.checking import CHECKED, check_trail, last_good
from auditlog.models import AuditEvent, AuditSeal, SecurityEvent
from auditlog.sealing import seal_pending
from auditlog.services import record
from auditlog.tests.tampering import ACTOR, history, statement, without_triggers
from crm.ops.job_running import execute, take
from crm.ops.jobs import TASKS, slot_of
from crm.ops.models import Job, JobRun

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def run_of_the_job() -> JobRun:
    get_resolver().url_patterns  # noqa: B018 – loads the wiring
    task = TASKS["audit-check"]
    run = take(task, slot_of(task.every, timezone.now()))
    assert run is not None
    Job.objects.get_or_create(name=task.name)
    return execute(task, run)


def edit(seal: AuditSeal) -> None:
    without_triggers()
    statement("UPDATE auditlog_auditevent SET door = 'page' WHERE seal_id = %s", seal.seq)


class TestTheCheck:
    def test_looks_at_everything_first_and_then_from_the_seal_it_ended_with(self):
        seals = history(rounds=2)
        now = timezone.now()
        assert str(check_trail(ACTOR, now)) == f"{len(seals)} seals, 24 events: verified"
        seals += history(rounds=1)
        second = check_trail(ACTOR, now)
        assert (second.seals, second.events, second.findings) == (1 + 2, seals[3].n + 12 + 1, 0), "and the first check"
        assert last_good().seal == AuditSeal.objects.latest("seq").seq

    def test_looks_at_everything_again_after_a_week(self):
        history(rounds=2)
        now = timezone.now()
        check_trail(ACTOR, now)
        assert check_trail(ACTOR, now + 6 * DAY).seals < check_trail(ACTOR, now + 8 * DAY).seals

    def test_finds_a_former_event_changed_within_a_week(self):
        first, *_others = history(rounds=2)
        check_trail(ACTOR, timezone.now())
        edit(first)
        assert check_trail(ACTOR, timezone.now()).findings == 0
        assert check_trail(ACTOR, timezone.now() + 8 * DAY).findings > 0

    def test_finds_that_the_seal_it_ended_with_is_gone_with_its_events(self):
        """Without anything that was published."""
        history(rounds=2)
        check_trail(ACTOR, timezone.now())
        without_triggers()
        last = last_good().seal
        statement("DELETE FROM auditlog_auditevent WHERE seal_id = %s", last)
        statement("DELETE FROM auditlog_auditseal WHERE seq = %s", last)
        assert f"seal.anchor: seal {last}: " in check_trail(ACTOR, timezone.now()).first, "another took its number"

    def test_names_nothing_that_waited_during_a_pause(self):
        record(ACTOR, "customers.updated")
        assert check_trail(ACTOR, timezone.now() + DAY).findings == 0

    def test_that_found_something_is_not_remembered_as_good(self):
        edit(history(rounds=1)[0])
        assert check_trail(ACTOR, timezone.now()).findings > 0
        assert last_good() is None and not AuditEvent.objects.filter(action=CHECKED).exists()

    def test_of_an_empty_trail_leaves_nothing(self):
        assert str(check_trail(ACTOR, timezone.now())) == "0 seals, 0 events: verified"
        assert last_good() is None


class TestTheJob:
    def test_says_in_words_what_it_verified(self):
        history(rounds=1)
        assert run_of_the_job().result == "2 seals, 12 events: verified"

    def test_fails_on_a_change_and_raises_the_alarm(self, client):
        edit(history(rounds=1)[0])
        run = run_of_the_job()
        assert "findings. The first: event.changed: seal 1 event" in run.error
        assert SecurityEvent.objects.get(kind="audit.mismatch").severity == "critical"
        body = client.get("/api/v1/health").json()
        assert (body["checks"]["jobs"], body["jobs"]["audit-check"]["status"]) == ("degraded", "degraded")


class TestHealth:
    def test_tells_of_the_last_seal_and_the_last_check(self, client):
        assert client.get("/api/v1/health").json()["audit"] == {
            "last_seal_at": None,
            "seal_age_seconds": None,
            "last_check_at": None,
        }
        history(rounds=1)
        check_trail(ACTOR, timezone.now())
        told = client.get("/api/v1/health").json()["audit"]
        assert told["last_seal_at"] and told["last_check_at"] and told["seal_age_seconds"] >= 0

    def test_is_degraded_while_an_event_waits_for_its_seal(self, client):
        seal_pending()
        event = record(ACTOR, "customers.updated")
        assert client.get("/api/v1/health").json()["checks"]["seals"] == "ok"
        without_triggers()
        AuditEvent.objects.filter(pk=event.pk).update(at=timezone.now() - timedelta(minutes=6))
        assert client.get("/api/v1/health").json()["checks"]["seals"] == "degraded"
