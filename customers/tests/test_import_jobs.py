"""An import runs in the background: nobody has to look, nobody's end loses or doubles a row, and it can be stopped."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from time import sleep

import pytest
from django.db import connection
from django.utils import timezone

from auditlog.models import AuditEvent
from crm.core import table_statistics
from crm.core.actor import Actor
from crm.core.permissions import Reach
from crm.outbox.draining import drain
from crm.outbox.models import Delivery
from crm.transfer import running, services
from crm.transfer.driving import IMPORTS
from crm.transfer.errors import WrongState
from crm.transfer.leasing import leased
from crm.transfer.models import ImportRun
from customers.models import Contact, Customer
from customers.tests.import_files import as_csv, uploaded
from tests.services import ROOT

pytestmark = pytest.mark.django_db
HEADINGS = ["First name", "Last name", "Email", "Company"]


def people(number: int) -> str:
    return as_csv(HEADINGS, [["Ivo", f"Birch {n}", f"ivo{n}@birch.example", ""] for n in range(number)])


@pytest.fixture
def started(as_actor, owner, monkeypatch):
    """25 rows in chunks of 10."""
    monkeypatch.setattr(running, "CHUNK", 10)
    run = services.import_create(as_actor(owner), uploaded(people(25)), resource="contacts")
    return services.import_start(as_actor(owner), run.pk)


def again(run: ImportRun) -> ImportRun:
    run.refresh_from_db()
    return run


def test_it_is_done_without_any_page(started):
    assert drain(kinds=[IMPORTS.kind]) == 1
    assert (again(started).state, started.created_count, Contact.objects.count()) == ("finished", 25, 25)
    assert AuditEvent.objects.filter(action="contacts.created", door="import").count() == 25


@pytest.mark.postgres
def test_the_database_looks_at_the_table_again_as_it_grows(started, monkeypatch):
    monkeypatch.setattr(table_statistics, "FIRST", 15)
    drain(kinds=[IMPORTS.kind])
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [Contact._meta.db_table])
        assert cursor.fetchone() == (20.0,)  # after the second chunk of ten; the next time would be at forty


@pytest.mark.postgres
def test_who_goes_on_does_not_look_again_before_it_has_doubled(started, monkeypatch):
    monkeypatch.setattr(table_statistics, "FIRST", 15)
    drain(kinds=[IMPORTS.kind])  # looked at when it had 20
    growth, looks = table_statistics.Growth(Contact), []
    monkeypatch.setattr(table_statistics, "_look_at", lambda table, columns: looks.append(table))
    growth.add(15)
    assert looks == []
    growth.add(5)
    assert looks == [Contact._meta.db_table]


def test_a_turn_that_is_over_queues_the_next_one(started, monkeypatch):
    monkeypatch.setattr("crm.transfer.turns.TURN", 0.0)
    assert drain(1, kinds=[IMPORTS.kind]) == 1
    assert (again(started).state, Contact.objects.count()) == ("running", 10)
    drain(kinds=[IMPORTS.kind])
    assert (again(started).state, Contact.objects.count()) == ("finished", 25)


def test_whoever_may_see_it_sees_how_far_it_is(started, as_actor, owner, sign_in, make_user, north, outsider):
    services.import_step(as_actor(owner), started, 0)
    for who in (owner, make_user("boss@north.example", role="sales_manager", teams=(north,))):
        page = sign_in(who).get(f"/imports/{started.pk}/state/", headers={"HX-Request": "true"})
        assert b"10 rows" in page.content and b"<progress" in page.content
    assert sign_in(outsider).get(f"/imports/{started.pk}/state/").status_code == 404
    assert Contact.objects.count() == 10, "looking imports nothing"
    drain(kinds=[IMPORTS.kind])
    answer = sign_in(owner).get(f"/imports/{started.pk}/state/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == f"/imports/{started.pk}/"


def test_stopped_it_keeps_what_came_in_and_goes_on_when_asked(started, as_actor, owner, sign_in):
    services.import_step(as_actor(owner), started, 0)
    client = sign_in(owner)
    page = client.post(f"/imports/{started.pk}/cancel/", follow=True)
    assert b"stopped after 10 rows" in page.content
    drain(kinds=[IMPORTS.kind])
    assert (again(started).state, Contact.objects.count()) == ("cancelled", 10)
    client.post(f"/imports/{started.pk}/resume/")
    drain(kinds=[IMPORTS.kind])
    assert (again(started).state, started.created_count, Contact.objects.count()) == ("finished", 25, 25)


def test_who_is_stopped_in_the_middle_writes_nothing_more(started, as_actor, owner, monkeypatch):
    actor, write_rows = as_actor(owner), running.write_rows

    def stop_meanwhile(*arguments):
        monkeypatch.setattr(running, "write_rows", write_rows)
        return write_rows(*arguments)

    monkeypatch.setattr(running, "write_rows", stop_meanwhile)
    services.import_step(actor, started, 0)
    services.import_cancel(actor, started.pk)
    with pytest.raises(WrongState):
        services.import_step(actor, again(started), 60)
    assert Contact.objects.count() == 10


@pytest.mark.parametrize(("act", "state"), [("cancel", "finished"), ("resume", "running"), ("resume", "finished")])
def test_only_what_runs_is_stopped_and_only_what_stopped_goes_on(act, state, started, as_actor, owner):
    if state == "finished":
        drain(kinds=[IMPORTS.kind])
    with pytest.raises(WrongState):
        getattr(services, f"import_{act}")(as_actor(owner), started.pk)


@pytest.mark.parametrize("persona", ["teammate", "outsider"])
@pytest.mark.parametrize("path", ["cancel/", "resume/"])
def test_nobody_else_stops_it_or_goes_on(persona, path, started, sign_in, request):
    answer = sign_in(request.getfixturevalue(persona)).post(f"/imports/{started.pk}/{path}")
    assert answer.status_code in (403, 404) and again(started).state == "running"


def test_in_the_background_it_may_no_more_than_the_key_it_was_started_with(as_actor, owner):
    key = as_actor(owner)
    grants = {
        "contacts:write": Reach.TEAM,
        "contacts:read": Reach.TEAM,
        "imports:write": Reach.TEAM,
        "imports:read": Reach.TEAM,
    }
    key = replace(key, credential="key", grants=grants)
    content = as_csv(HEADINGS, [["Ivo", "Birch", "ivo@birch.example", "Missing AG"]])
    run = services.import_create(key, uploaded(content), resource="contacts")
    services.import_start(key, run.pk)
    drain(kinds=[IMPORTS.kind])
    assert (again(run).created_count, Customer.objects.count()) == (1, 0)
    assert run.rows.get().reasons[0]["code"] == "unknown_link"


def test_who_lost_the_right_in_the_meantime_is_told(started, owner):
    owner.role.grants = {"imports:write": "own", "imports:read": "own"}
    owner.role.save()
    drain(kinds=[IMPORTS.kind])
    assert (again(started).state, Contact.objects.count()) == ("failed", 0) and "contacts:write" in started.fault


def test_what_ends_its_process_again_and_again_is_given_up(started):
    for _end in range(5):
        with leased(again(started), "running"):
            pass
        ImportRun.objects.filter(pk=started.pk).update(leased_until=timezone.now())
    IMPORTS.pick_up(Actor.system("import-pick-up"), timezone.now())
    drain(kinds=[IMPORTS.kind])
    assert again(started).state == "failed" and "ended 5 times" in started.fault


def test_a_lost_delivery_is_found_by_the_job(started, as_actor, owner):
    Delivery.objects.all().delete()
    assert IMPORTS.pick_up(as_actor(owner), timezone.now()) == "1 picked up"
    assert IMPORTS.pick_up(as_actor(owner), timezone.now()) == "1 picked up"
    assert Delivery.objects.count() == 1, "asking twice is one turn"
    drain(kinds=[IMPORTS.kind])
    assert again(started).state == "finished"


def test_it_is_not_removed_while_it_runs(started, as_actor, owner):
    with pytest.raises(WrongState):
        services.import_delete(as_actor(owner), started.pk)


PLACE = """
from accounts.models import Role, Team, User
team = Team.objects.create(name="North", country="DE")
user = User.objects.create_user("ivo@north.example", "x", role=Role.objects.get(name="sales_rep"))
user.memberships.create(team=team)
"""
# What the schedule and the worker do, without the other jobs.
GO_ON = """
from django.urls import get_resolver
get_resolver().url_patterns
from django.utils import timezone
from crm.core import table_statistics
from crm.core.actor import Actor
from crm.outbox.draining import drain
from crm.transfer.driving import IMPORTS
from crm.transfer.models import ImportRun
ImportRun.objects.update(leased_until=timezone.now())
IMPORTS.pick_up(Actor.system("import-pick-up"), timezone.now())
drain(kinds=[IMPORTS.kind])
"""


@pytest.mark.once
def test_processes_killed_on_the_way_lose_and_double_nothing(migrated_sqlite, tmp_path):
    """Real processes, killed -9 as soon as further rows are in; the next one finds what they left."""
    database, rows = tmp_path / "vouch.sqlite3", 6_000
    shutil.copy(migrated_sqlite, database)
    (tmp_path / "people.csv").write_text(people(rows))
    environment = {**os.environ, "ENVIRONMENT": "development", "DATA_DIR": str(tmp_path), "EMAIL_URL": "console://"}
    environment.pop("DATABASE_URL", None)

    def manage(*words):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, **quiet)

    def said(query):
        with closing(sqlite3.connect(database, timeout=20)) as connection:
            return connection.execute(query).fetchone()

    def killed_after_more_rows(process):
        before = said("SELECT coalesce(max(created_count), 0) FROM transfer_importrun")
        while (
            process.poll() is None and said("SELECT coalesce(max(created_count), 0) FROM transfer_importrun") == before
        ):
            sleep(0.01)
        process.send_signal(signal.SIGKILL)
        return process.wait(60)

    assert manage("shell", "-c", PLACE).wait(120) == 0
    command = ("import_records", str(tmp_path / "people.csv"), "--resource=contacts", "--user=ivo@north.example")
    assert killed_after_more_rows(manage(*command)) == -signal.SIGKILL
    assert killed_after_more_rows(manage("shell", "-c", GO_ON)) == -signal.SIGKILL
    done, state = said("SELECT created_count, state FROM transfer_importrun")
    assert 0 < done < rows and state == "running"
    assert manage("shell", "-c", GO_ON).wait(240) == 0
    assert said("SELECT state, created_count, failed_count FROM transfer_importrun") == ("finished", rows, 0)
    assert said("SELECT count(*), count(DISTINCT email) FROM customers_contact") == (rows, rows)
    assert said("SELECT count(*) FROM auditlog_auditevent WHERE action = 'contacts.created'") == (rows,)
