"""Jobs run once a slot, whoever drives them; what fails, hangs or is late shows."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.urls import get_resolver
from django.utils import timezone

from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.errors import CrmError
from crm.ops.job_running import MOST_ATTEMPTS, due_slots, execute, job_rows, run_due_jobs, take
from crm.ops.job_services import job_run_now, job_update
from crm.ops.job_standing import in_words, standings, standings_with_runs
from crm.ops.jobs import DAY, TASKS, Task, next_slot, slot_of
from crm.ops.models import Job, JobRun

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
OPERATOR = Actor.system("operator")


class Counted:
    """A task that notes who ran it, and fails while it is told to."""

    def __init__(self):
        self.actors, self.broken = [], False

    def __call__(self, actor, at):
        self.actors.append(actor.label)
        if self.broken:
            raise RuntimeError("The disk is full")
        return f"{len(self.actors)} done"


@pytest.fixture
def tidy():
    """The only registered job, every hour."""
    run = Counted()
    get_resolver().url_patterns  # noqa: B018 – what the wiring registers must not be lost below
    kept = dict(TASKS)
    TASKS.clear()
    TASKS["tidy"] = Task("tidy", timedelta(hours=1), run, "Tidies up")
    yield run
    TASKS.clear()
    TASKS.update(kept)


def the_run(**of):
    return JobRun.objects.get(**of)


def passed(**of):
    """Moves every run into the past."""
    for run in JobRun.objects.all():
        JobRun.objects.filter(pk=run.pk).update(
            started_at=run.started_at - timedelta(**of),
            lease_until=run.lease_until - timedelta(**of) if run.lease_until else None,
        )


def test_a_due_job_runs_as_the_system_and_says_what_it_did(tidy):
    assert [run.result for run in run_due_jobs()] == ["1 done"]
    assert tidy.actors == ["system:tidy"]
    run = the_run()
    assert (run.state, run.error, run.attempts) == ("done", "", 1) and run.started_at <= run.finished_at
    assert Job.objects.get().last_success_at is not None


def test_a_slot_is_run_once(tidy):
    now = timezone.now()
    assert len(run_due_jobs(at=now)) == 1 and run_due_jobs(at=now) == []
    assert len(run_due_jobs(at=now + timedelta(hours=1))) == 1


def test_of_two_beats_one_runs_it(tidy):
    """Both saw it due; the row decides."""
    now = timezone.now()
    [(task, slot)] = due_slots(now)
    assert take(task, slot) is not None and take(task, slot) is None
    assert list(due_slots(now)) == []


def test_a_job_still_running_is_not_started_for_the_next_slot(tidy):
    now = timezone.now()
    [(task, slot)] = due_slots(now)
    take(task, slot)
    assert run_due_jobs(at=now + timedelta(hours=1)) == [] and the_run().state == "running"


def test_a_run_whose_process_ended_is_done_again(tidy):
    now = timezone.now()
    [(task, slot)] = due_slots(now)
    take(task, slot)
    passed(hours=2)
    assert the_run().state == "failed"
    run_due_jobs(at=now)
    assert tidy.actors == ["system:tidy"] and (the_run().state, the_run().attempts) == ("done", 2)


def test_who_overran_does_not_overwrite_the_run_that_took_over(tidy):
    [(task, slot)] = due_slots(timezone.now())
    slow = take(task, slot)
    passed(hours=2)
    quick = take(task, slot)
    execute(task, quick)
    tidy.broken = True
    execute(task, slow)
    assert the_run(slot=slot).state == "done" and Job.objects.get().last_error == ""


def test_a_failure_is_kept_in_words_and_tried_three_times(tidy):
    tidy.broken = True
    now = timezone.now()
    run_due_jobs(at=now)
    assert the_run().error == "RuntimeError: The disk is full" and the_run().state == "failed"
    assert run_due_jobs(at=now) == [], "not at once"
    for _ in range(MOST_ATTEMPTS + 1):
        passed(minutes=6)
        run_due_jobs(at=now)
    assert len(tidy.actors) == MOST_ATTEMPTS and the_run().attempts == MOST_ATTEMPTS


def test_one_failing_job_does_not_keep_the_next_from_running(tidy):
    other = Counted()
    TASKS["other"] = Task("other", MINUTE, other, "Another")
    tidy.broken = True
    run_due_jobs()
    assert other.actors == ["system:other"]


def test_a_job_that_is_switched_off_is_not_run_and_not_late(tidy):
    job = job_rows()["tidy"]
    job_update(OPERATOR, job.pk, is_enabled=False)
    assert run_due_jobs() == [] and not tidy.actors
    [standing] = standings(timezone.now() + timedelta(days=9))
    assert not standing.needs_a_look and standing.next_at is None


def test_run_now_runs_beside_the_schedule_also_what_is_switched_off(tidy):
    job = job_rows()["tidy"]
    job_update(OPERATOR, job.pk, is_enabled=False)
    first, second = job_run_now(OPERATOR, job.pk), job_run_now(OPERATOR, job.pk)
    assert first.pk == second.pk and first.state == "pending"
    run_due_jobs()
    assert the_run().state == "done" and the_run().requested_by == "system:operator"
    assert run_due_jobs() == []


def test_another_interval_holds_from_the_next_slot_on(tidy):
    job = job_rows()["tidy"]
    now = timezone.now()
    run_due_jobs(at=now)
    job_update(OPERATOR, job.pk, every_minutes=1)
    assert len(run_due_jobs(at=now + timedelta(minutes=1))) == 1


def test_switching_and_changing_and_asking_leave_events(tidy):
    job = job_rows()["tidy"]
    job_update(OPERATOR, job.pk, is_enabled=False, every_minutes=5)
    job_run_now(OPERATOR, job.pk)
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == [
        "jobs.updated",
        "jobs.run_requested",
    ]


def test_only_who_manages_settings_may_touch_a_job(tidy, owner, as_actor):
    job = job_rows()["tidy"]
    for act in (job_update, job_run_now):
        with pytest.raises(CrmError) as refusal:
            act(as_actor(owner), job.pk)
        assert refusal.value.status in (403, 404)


def test_a_failing_or_late_job_shows_in_health(tidy, client):
    run_due_jobs()
    body = client.get("/api/v1/health").json()
    assert body["checks"]["jobs"] == "ok" and body["jobs"]["tidy"]["late_seconds"] == 0
    Job.objects.update(last_success_at=timezone.now() - timedelta(hours=5))
    body = client.get("/api/v1/health").json()
    assert body["checks"]["jobs"] == body["status"] == "degraded" and body["jobs"]["tidy"]["late_seconds"] >= 4 * 3600
    Job.objects.update(last_success_at=timezone.now(), last_error="RuntimeError: The disk is full")
    body = client.get("/api/v1/health").json()
    assert body["jobs"]["tidy"]["status"] == "degraded" and "disk" not in str(body)


def test_a_job_that_never_ran_is_late_one_day(tidy):
    job_rows()
    assert not standings()[0].needs_a_look
    assert standings(timezone.now() + timedelta(hours=5))[0].needs_a_look


def test_looking_for_what_is_due_takes_two_queries(tidy, django_assert_num_queries):
    run_due_jobs()
    with django_assert_num_queries(2):
        run_due_jobs()


def test_the_standing_of_many_jobs_takes_two_queries(tidy, django_assert_num_queries):
    for number in range(5):
        TASKS[f"job-{number}"] = Task(f"job-{number}", MINUTE, Counted(), "One of many")
    run_due_jobs()
    with django_assert_num_queries(2):
        assert all(one.last and one.last.state == "done" for one in standings_with_runs())


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def in_berlin(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    timezone.get_default_timezone.cache_clear()
    yield
    timezone.get_default_timezone.cache_clear()


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 1), 24)])
def test_a_local_day_is_one_slot_however_many_hours_it_has(in_berlin, day, hours):
    start = datetime(*day, tzinfo=BERLIN)
    moments = [start.astimezone(ZoneInfo("UTC")) + timedelta(minutes=m) for m in range(0, hours * 60, 15)]
    assert {slot_of(DAY, moment) for moment in moments} == {start}
    assert next_slot(DAY, moments[-1]) == moments[0] + timedelta(hours=hours)


def test_the_folded_hour_is_two_hours_for_an_hourly_job(in_berlin):
    fold = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    assert slot_of(timedelta(hours=1), fold) != slot_of(timedelta(hours=1), fold.replace(fold=1))


@pytest.mark.parametrize(
    ("every", "words"), [(MINUTE, "every minute"), (5 * MINUTE, "every 5 minutes"), (DAY, "every day")]
)
def test_intervals_are_said_in_words(every, words):
    assert in_words(every) == words


def test_the_jobs_of_the_house_all_run():
    """Everything that crm.wiring registers, for real."""
    get_resolver().url_patterns  # noqa: B018 – loads the wiring
    runs = {run.job: run for run in run_due_jobs()}
    assert set(runs) >= {
        "audit-seals",
        "audit-check",
        "audit-publish",
        "audit-retention",
        "purge-expired",
        "anomaly-scan",
        "key-age",
        "delivery-clean-up",
        "job-run-clean-up",
    }
    assert {name: run.error for name, run in runs.items() if run.error} == {}
    assert all(run.result for run in runs.values())


def test_cron_runs_what_is_due_and_fails_when_a_job_did(tidy, capsys):
    tidy.broken = True
    with pytest.raises(CommandError, match="tidy"):
        call_command("run_jobs")
    assert "The disk is full" in capsys.readouterr().out
