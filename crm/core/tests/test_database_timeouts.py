"""How long the database may be kept busy depends on who asks: by the options of a connection, pooled or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections

from crm.core.database_settings import database_settings
from crm.core.environment import read_environment
from crm.core.failures import Unavailable, as_crm_error
from crm.core.postgresql import timeouts
from crm.core.postgresql.pools import pool_figures
from crm.core.postgresql.timeouts import Timeouts
from crm.core.processes import Duty, duty_of_process, on_duty, process_is_for
from crm.ops.management.commands import migrate

on_postgresql = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL's backend"),
]
NAMES = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
SAID = {
    Duty.WEB: ["15s", "3s", "15s"],
    Duty.WORK: ["15min", "1min", "5min"],
    Duty.MIGRATION: ["0", "2s", "0"],
}


@contextmanager
def another(**options: Any) -> Iterator[str]:
    """A database of the server's own, by an alias that nothing has used yet."""
    place = {**connections.settings["default"], "NAME": "postgres", "CONN_MAX_AGE": 0}
    connections.settings["another"] = {**place, "OPTIONS": {**place["OPTIONS"], **options}}
    try:
        yield "another"
    finally:
        connections["another"].close()
        connections["another"].close_pool()
        del connections["another"], connections.settings["another"]


@pytest.fixture
def open_database(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def said(alias: str) -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'current_setting({name!r})' for name in NAMES)}")
        return list(cursor.fetchone())


class TestOfAConnection:
    pytestmark = [*on_postgresql, pytest.mark.usefixtures("open_database")]

    @pytest.mark.parametrize("duty", Duty)
    def test_each_duty_has_its_own(self, duty):
        with on_duty(duty), another() as alias:
            assert said(alias) == SAID[duty]

    def test_a_process_has_one_and_a_thread_of_it_may_have_another(self):
        before = duty_of_process()
        process_is_for(Duty.WEB)
        try:
            with another() as alias:
                assert said(alias) == SAID[Duty.WEB]
                connections[alias].close()
                with on_duty(Duty.WORK):
                    assert said(alias) == SAID[Duty.WORK]
        finally:
            process_is_for(before)

    def test_a_pooled_connection_fits_whoever_has_it(self):
        with another(pool={"min_size": 1, "max_size": 1, "timeout": 5}) as alias:
            for duty in (Duty.WEB, Duty.WORK, Duty.WEB):
                with on_duty(duty):
                    assert said(alias) == SAID[duty]
                    connections[alias].close()
            (figures,) = [one for one in pool_figures() if one.alias == alias]
            assert (figures.largest, figures.size, figures.idle, figures.waiting) == (1, 1, 1, 0)
            assert figures.asked >= 3

    def test_what_was_asked_for_in_the_address_stands_beside_them(self):
        with on_duty(Duty.WEB), another(options="-c statement_timeout=1min -c work_mem=5MB") as alias:
            assert said(alias)[0] == "1min", "the address has the last word"
            with connections[alias].cursor() as cursor:
                cursor.execute("SHOW work_mem")
                assert cursor.fetchone() == ("5MB",)

    def test_pgbouncer_is_sent_none(self, settings):
        settings.DATABASE_IS_POOLED_OUTSIDE = True
        with on_duty(Duty.WEB), another() as alias:
            assert said(alias)[0] == "0" and "options" not in connections[alias].get_connection_params()

    def test_a_statement_past_its_time_is_unavailable_and_not_a_surprise(self, monkeypatch):
        monkeypatch.setitem(timeouts.TIMEOUTS, Duty.WEB, Timeouts(50, 50, 50))
        with on_duty(Duty.WEB), another() as alias, pytest.raises(OperationalError) as late:
            connections[alias].cursor().execute("SELECT pg_sleep(5)")
        refusal = as_crm_error(late.value)
        assert isinstance(refusal, Unavailable) and (refusal.status, refusal.retry_after) == (503, 5)


class UntilToldOnce:
    """An output that lets go of the lock at the first message."""

    def __init__(self, holder: psycopg.Connection[Any]) -> None:
        self.holder, self.text = holder, ""

    def write(self, text: str) -> None:
        self.text += text
        if "more tries" in text:
            self.holder.rollback()


class TestOfMigrations:
    pytestmark = [*on_postgresql, pytest.mark.django_db(transaction=True)]

    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch):
        monkeypatch.setitem(timeouts.TIMEOUTS, Duty.MIGRATION, Timeouts(0, 100, 0))
        monkeypatch.setattr(migrate, "PAUSES", (0, 0))

    @pytest.fixture
    def holder(self) -> Iterator["psycopg.Connection[Any]"]:
        with psycopg.connect(**connection.get_connection_params()) as held:
            held.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
            yield held

    def test_one_that_meets_a_lock_steps_back_and_tries_again(self, holder):
        output = UntilToldOnce(holder)
        call_command("migrate", "--plan", stdout=output)
        assert output.text.count("more tries") == 1 and "No planned migration" in output.text

    def test_one_that_never_gets_the_lock_fails_and_says_why(self, holder, monkeypatch, capsys):
        monkeypatch.setattr(migrate, "TRIES", 2)
        with pytest.raises(OperationalError, match="lock timeout"):
            call_command("migrate", "--plan")
        assert capsys.readouterr().out.count("1 more tries") == 1


POSTGRES = "postgres://vouch:secret@db.example.com:5432/vouch"


def made(tmp_path: Any, **words: str) -> Any:
    return database_settings(read_environment({"DATABASE_URL": POSTGRES, **words}), tmp_path)


def test_pgbouncer_gets_no_cursor_that_outlives_its_transaction(tmp_path):
    assert made(tmp_path).databases["default"]["DISABLE_SERVER_SIDE_CURSORS"] is False
    said = made(tmp_path, DATABASE_PGBOUNCER="true")
    assert said.is_pooled_outside and said.databases["default"]["DISABLE_SERVER_SIDE_CURSORS"] is True


def test_a_replica_is_read_by_name_alone_and_never_migrated(tmp_path):
    said = made(tmp_path, DATABASE_REPLICA_URL=POSTGRES.replace("db.", "replica."))
    assert said.databases["replica"]["HOST"] == "replica.example.com" and len(said.routers) == 1
    assert made(tmp_path).routers == [] and list(made(tmp_path).databases) == ["default"]


def test_a_pool_is_as_large_as_it_was_asked_to_be(tmp_path):
    default = made(tmp_path, DB_POOL_SIZE="4", DB_POOL_MIN="9").databases["default"]
    assert default["OPTIONS"]["pool"] | {"reconnect_timeout": 0} == {
        "min_size": 4, "max_size": 4, "timeout": 10, "reconnect_timeout": 0
    }  # fmt: skip
    assert default["CONN_MAX_AGE"] == 0 and made(tmp_path).databases["default"]["CONN_MAX_AGE"] == 600
