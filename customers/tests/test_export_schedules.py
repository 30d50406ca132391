"""Scheduled exports: run once when due, with the rights of that moment, as a link that expires; stopped in words."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Role
from auditlog.models import AuditEvent
from crm.core.actor import Actor
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.outbox.mail_kinds import KINDS
from crm.outbox.models import Delivery
from crm.transfer.export_templates import services as templates
from crm.transfer.exports import services as exports
from crm.transfer.exports.running import run_export
from crm.transfer.models import Export, ExportSchedule, ExportTemplate, ScheduledRun
from crm.transfer.schedules import services, sweeping
from crm.transfer.schedules.running import export_written, run_settle
from crm.transfer.schedules.sweeping import purge_scheduled_runs, schedules_run
from tests.meeting import at_once, meeting_place

pytestmark = pytest.mark.django_db(transaction=True)
ON_POSTGRESQL = pytest.mark.postgres
SWEEPER = Actor.system("export-schedules")


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def mary(manager, as_actor):
    return as_actor(manager)


@pytest.fixture
def schedule(mary):
    return scheduled(mary)


def scheduled(actor, **more):
    template = templates.export_template_create(actor, name="Key people", resource="contacts", columns=["last_name"])
    return services.export_schedule_create(actor, template=template, **more)


def due(schedule):
    """The moment after its next run."""
    return ExportSchedule.objects.get(pk=schedule.pk).next_run_at + timedelta(seconds=1)


def sweep(schedule, at=None):
    schedules_run(SWEEPER, at or due(schedule))
    schedule.refresh_from_db()
    return schedule.runs.order_by("-started_at").first()


def mails(topic):
    return [delivery.content() for delivery in Delivery.objects.filter(topic=topic)]


def actions():
    return list(AuditEvent.objects.filter(action__startswith="export_schedules.").values_list("action", flat=True))


def test_a_due_schedule_writes_its_export_and_sends_its_owner_a_link(schedule, manager, anna):
    planned = schedule.next_run_at
    run = sweep(schedule)
    assert (run.state, run.slot) == ("delivered", planned.date())
    assert run.export.state == "done" and run.export.owner == manager and run.export.rows_done == 1
    (mail,) = mails("scheduled_export")
    assert mail["to"] == manager.email and "/exports/scheduled/" in mail["text"] and "1 row." in mail["text"]
    assert schedule.next_run_at == planned + timedelta(days=1)
    assert AuditEvent.objects.filter(action="contacts.exported").exists() and "export_schedules.delivered" in actions()


def test_nothing_runs_before_it_is_due_and_a_slot_runs_once(schedule):
    schedules_run(SWEEPER, schedule.next_run_at - timedelta(seconds=1))
    assert not ScheduledRun.objects.exists()
    at = due(schedule)
    schedules_run(SWEEPER, at)
    ExportSchedule.objects.update(next_run_at=schedule.next_run_at)
    schedules_run(SWEEPER, at)
    assert ScheduledRun.objects.count() == Export.objects.count() == 1


@pytest.fixture
def without_constraint():
    (once,) = [one for one in ScheduledRun._meta.constraints if one.name == "scheduled_run_once"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(ScheduledRun, once)
    yield
    ScheduledRun.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(ScheduledRun, once)


@pytest.fixture
def without_lock(monkeypatch):
    """All of them find it due before one of them says that it is so no more."""
    due_of, meet = sweeping._due, meeting_place(4, is_locked=False)

    def due_together(rows, pk, at):
        found = due_of(ExportSchedule.objects.all(), pk, at)
        meet()
        return found

    monkeypatch.setattr(sweeping, "_due", due_together)


def sweep_fourfold(schedule):
    at = due(schedule)
    at_once([lambda: schedules_run(SWEEPER, at)] * 4)


@ON_POSTGRESQL
def test_two_sweepers_at_once_run_a_slot_once(schedule):
    sweep_fourfold(schedule)
    assert ScheduledRun.objects.count() == Export.objects.count() == len(mails("scheduled_export")) == 1


@ON_POSTGRESQL
def test_without_the_lock_the_day_still_has_one_run(schedule, without_lock):
    sweep_fourfold(schedule)
    assert ScheduledRun.objects.count() == Export.objects.count() == 1


@ON_POSTGRESQL
def test_without_lock_and_constraint_it_would_run_more_than_once(schedule, without_constraint, without_lock):
    sweep_fourfold(schedule)
    assert ScheduledRun.objects.count() == 4


def test_days_that_nobody_swept_are_not_made_up_for(schedule):
    sweep(schedule, schedule.next_run_at + timedelta(days=5, hours=1))
    assert [run.slot for run in ScheduledRun.objects.all()] == [(schedule.next_run_at - timedelta(days=1)).date()]


def test_its_hour_is_one_of_its_owners_time_zone(mary, manager):
    manager.time_zone = "America/New_York"
    manager.save()
    schedule = scheduled(mary, hour=7, every="weekly", weekdays=[0])
    local = schedule.next_run_at.astimezone(schedule.cadence.zone)
    assert (schedule.time_zone, local.hour, local.weekday()) == ("America/New_York", 7, 0)


def link_in(mail):
    return urlsplit(next(word for word in mail["text"].split() if "/exports/scheduled/" in word)).path


def test_the_link_opens_to_its_owner_alone_and_only_for_a_week(
    schedule, manager, teammate, superadmin, sign_in, client, monkeypatch
):
    run = sweep(schedule)
    path = link_in(mails("scheduled_export")[0])
    assert sign_in(manager).get(path).headers["Location"] == f"/exports/{run.export_id}/"
    assert [sign_in(person).get(path).status_code for person in (teammate, superadmin)] == [404, 404]
    assert "/accounts/login/" in client.get(path).headers["Location"]
    assert sign_in(manager).get(f"{path[:-2]}x/").status_code == 404
    later = datetime.now(UTC).timestamp() + timedelta(days=7, seconds=5).total_seconds()
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert sign_in(manager).get(path).status_code == 410


def test_a_deactivated_owner_stops_it_and_gets_no_mail(schedule, manager):
    manager.is_active = False
    manager.save()
    run = sweep(schedule)
    assert (run.state, schedule.state, schedule.next_run_at) == ("failed", "stopped", None)
    assert schedule.stopped_because == "Mary Manager is no longer active." == run.result
    assert not Export.objects.exists() and not Delivery.objects.filter(kind="mail").exists()


def test_an_owner_who_lost_the_right_stops_it_and_is_told_why(schedule, manager):
    manager.role = Role.objects.get(name="read_only")
    manager.save()
    run = sweep(schedule)
    assert schedule.state == "stopped" and "does not grant" in schedule.stopped_because
    (mail,) = mails("scheduled_export_failed")
    assert mail["to"] == manager.email and run.result in mail["text"]
    assert "export_schedules.stopped" in actions()


@pytest.fixture
def writing(schedule):
    """A run whose file is not written yet."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("crm.transfer.exports.running.run_export", lambda pk: None)
        run = sweep(schedule)
    assert run.state == "writing"
    return run


def test_an_owner_who_is_deactivated_while_it_is_written_gets_no_link(writing, schedule, manager, mary):
    run_export(writing.export_id)
    manager.is_active = False
    manager.save()
    run_settle(writing.pk)
    writing.refresh_from_db()
    schedule.refresh_from_db()
    assert (writing.state, schedule.state) == ("failed", "stopped") and "no longer active" in writing.result
    assert not mails("scheduled_export") and not mails("scheduled_export_failed")


def test_a_file_that_could_not_be_written_fails_its_run_with_the_reason(writing):
    run = writing
    Export.objects.update(state="failed", fault="Disk full")
    run_settle(run.pk)
    run.refresh_from_db()
    assert (run.state, run.result) == ("failed", "Disk full")


def test_a_deleted_template_stops_it_at_once(schedule, mary):
    templates.export_template_delete(mary, schedule.template_id)
    schedule.refresh_from_db()
    assert (schedule.state, schedule.template) == ("stopped", None)
    assert schedule.stopped_because == "Its template “Key people” was deleted."


def test_a_column_that_vanished_stops_it_with_its_name(schedule):
    ExportTemplate.objects.update(columns=["last_name", "shoe_size"])
    sweep(schedule)
    assert schedule.stopped_because == "These columns are gone: shoe_size."
    assert not Export.objects.exists()


def test_a_template_that_is_no_longer_shared_stops_it(mary, make_user, north, as_actor):
    colleague = as_actor(make_user("colleague@north.example", role="sales_manager", teams=(north,)))
    template = templates.export_template_create(mary, name="Shared", resource="contacts", team=north)
    schedule = services.export_schedule_create(colleague, template=template)
    templates.export_template_update(mary, template.pk, team=None)
    sweep(schedule)
    assert schedule.stopped_because.startswith("Its template is no longer shared with")


def test_pause_and_resume(schedule, mary):
    at = due(schedule)
    services.export_schedule_pause(mary, schedule.pk)
    schedules_run(SWEEPER, at + timedelta(days=3))
    assert not ScheduledRun.objects.exists()
    resumed = services.export_schedule_resume(mary, schedule.pk)
    assert resumed.state == "active" and resumed.next_run_at > timezone.now()
    assert {"export_schedules.paused", "export_schedules.resumed"} <= set(actions())


def test_run_now_leaves_the_next_run_as_it_is(schedule, mary):
    run = services.export_schedule_run_now(mary, schedule.pk)
    run.refresh_from_db()
    assert (run.slot, run.state) == (None, "delivered")
    assert ExportSchedule.objects.get().next_run_at == schedule.next_run_at


def test_a_second_run_by_hand_waits_for_the_first(schedule, mary, monkeypatch):
    monkeypatch.setattr("crm.transfer.exports.running.run_export", lambda pk: None)
    services.export_schedule_run_now(mary, schedule.pk)
    with pytest.raises(Conflict) as refusal:
        services.export_schedule_run_now(mary, schedule.pk)
    assert refusal.value.code == "export_run_unfinished"


def test_a_follower_that_hears_twice_sends_one_mail(schedule):
    run = sweep(schedule)
    delivery = Delivery.objects.get(kind="export")
    export_written(delivery)
    run_settle(run.pk)
    assert len(mails("scheduled_export")) == 1 and delivery.content()["export"] == str(run.export_id)


def test_an_export_that_was_deleted_before_its_delivery_fails_in_words(schedule, mary, monkeypatch):
    monkeypatch.setattr("crm.transfer.exports.running.run_export", lambda pk: None)
    run = sweep(schedule)
    exports.export_delete(mary, run.export_id)
    sweep(schedule, timezone.now())
    run.refresh_from_db()
    assert (run.state, run.result) == ("failed", "The file was deleted before it was delivered.")


def test_it_runs_with_no_more_than_the_key_it_was_made_with(mary, anna):
    narrow = mary.limited_to(["exports:read", "exports:write", "contacts:read", "contacts:export"])
    key = type(narrow)(**{**{name: getattr(narrow, name) for name in narrow.__slots__}, "credential": "key"})
    schedule = scheduled(key)
    template = templates.export_template_create(mary, name="Deals", resource="deals")
    ExportSchedule.objects.update(template=template)
    sweep(schedule)
    assert schedule.state == "stopped" and not Export.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"every": "weekly"}, "weekdays"),
        ({"every": "weekly", "weekdays": [7]}, "weekdays"),
        ({"every": "hourly"}, "every"),
        ({"hour": 24}, "hour"),
        ({"month_day": 0}, "month_day"),
        ({"destination": "s3"}, "destination"),
        ({"destination": "sftp"}, "destination"),
        ({"owner": None}, "owner"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(mary, values, field):
    with pytest.raises(Invalid) as refusal:
        scheduled(mary, **values)
    assert [one["field"] for one in refusal.value.details] == [field]
    assert not ExportSchedule.objects.exists()


ACTS = {
    "update": lambda actor, pk: services.export_schedule_update(actor, pk, hour=8),
    "pause": services.export_schedule_pause,
    "resume": services.export_schedule_resume,
    "run": services.export_schedule_run_now,
    "delete": services.export_schedule_delete,
}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_reaches_it(act, schedule, superadmin, make_user, north, south, as_actor):
    people = [
        make_user("mate@north.example", role="sales_manager", teams=(north,)),
        make_user("stranger@south.example", role="sales_manager", teams=(south,)),
        superadmin,
    ]
    for person in people:
        with pytest.raises(NotFound):
            ACTS[act](as_actor(person), schedule.pk)
    schedule.refresh_from_db()
    assert (schedule.state, schedule.hour) == ("active", 7) and not ScheduledRun.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_who_only_reads_exports_changes_nothing(act, schedule, mary):
    with pytest.raises((Forbidden, NotFound)):
        ACTS[act](mary.limited_to(["exports:read", "contacts:read"]), schedule.pk)
    assert ExportSchedule.objects.filter(state="active", hour=7).exists() and not ScheduledRun.objects.exists()


def test_a_change_plans_anew(schedule, mary):
    changed = services.export_schedule_update(mary, schedule.pk, version=1, every="monthly", month_day=31, hour=23)
    assert changed.next_run_at.astimezone(changed.cadence.zone).hour == 23 and changed.version == 2
    assert AuditEvent.objects.filter(action="export_schedules.updated").count() == 1


def test_runs_are_forgotten_after_90_days_and_the_schedule_stays(schedule):
    sweep(schedule)
    assert purge_scheduled_runs(timezone.now() + timedelta(days=89)) == 0
    assert purge_scheduled_runs(timezone.now() + timedelta(days=91)) == 1
    assert ExportSchedule.objects.exists()


def test_the_page_shows_when_where_and_how_it_went(schedule, manager, sign_in):
    sweep(schedule)
    client = sign_in(manager)
    page = client.get(f"/exports/schedules/{schedule.pk}/").content.decode()
    assert "Every day at 07:00 (UTC)" in page and "link sent to manager@north.example" in page
    assert "Delivered" in client.get("/exports/schedules/").content.decode()


def test_pages_make_change_run_and_delete_it(schedule, manager, sign_in):
    client = sign_in(manager)
    form = {"template": schedule.template_id, "name": "", "every": "weekly", "weekdays": ["0", "4"], "hour": "9",
            "destination": "mail"}  # fmt: skip
    assert client.post("/exports/schedules/new/", {**form, "weekdays": []}).status_code == 422
    assert client.post("/exports/schedules/new/", form).status_code == 302
    made = ExportSchedule.objects.exclude(pk=schedule.pk).get()
    assert (made.name, made.weekdays, made.hour) == ("Key people", [0, 4], 9)
    assert client.post(f"/exports/schedules/{made.pk}/run/").status_code == 302
    assert made.runs.get().state == "delivered"
    edit = {**form, "name": "Friday", "weekdays": ["4"], "version": "1"}
    assert client.post(f"/exports/schedules/{made.pk}/edit/", edit).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.weekdays) == ("Friday", [4])
    for act in ("pause", "resume", "delete"):
        assert client.post(f"/exports/schedules/{made.pk}/{act}/").status_code == 302
    assert not ExportSchedule.objects.filter(pk=made.pk).exists()


def test_the_same_through_the_api(api, manager, schedule):
    client = api(manager)
    asked = {"template": str(schedule.template_id), "every": "weekly", "weekdays": [0, 4], "hour": 9}
    made = client.post("export-schedules", asked)
    assert made.status_code == 201 and made.json()["time_zone"] == "UTC"
    pk = made.json()["id"]
    assert client.post("export-schedules", {**asked, "weekdays": [9]}).status_code == 422
    assert client.patch(f"export-schedules/{pk}", {"hour": 10}).json()["hour"] == 10
    assert client.post(f"export-schedules/{pk}/pause").json()["state"] == "paused"
    assert client.post(f"export-schedules/{pk}/resume").json()["state"] == "active"
    assert client.post(f"export-schedules/{pk}/run").status_code == 201
    assert [run["status"] for run in client.get(f"export-schedules/{pk}/runs").json()] == ["delivered"]
    assert client.delete(f"export-schedules/{pk}").status_code == 204


def test_both_mails_can_be_previewed_and_edited(superadmin, sign_in):
    client = sign_in(superadmin)
    for name in ("scheduled_export", "scheduled_export_failed"):
        assert name in KINDS
        assert client.get(f"/settings/emails/templates/{name}/").status_code == 200


def test_a_person_who_left_the_team_gets_what_they_may_read_then(schedule, manager, anna):
    Membership.objects.filter(user=manager).delete()
    run = sweep(schedule)
    assert run.export.rows_done == 0 and json.dumps(run.export.manifest["teams"]) == "[]"
