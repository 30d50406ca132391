"""`manage.py upgrade_check`: what would hurt the release that still runs is named, and nothing is changed."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now

from crm.ops.upgrading import findings
from crm.ops.upgrading.findings import LOOKED_AT, Word
from crm.ops.upgrading.migrations import hazards

pytestmark = pytest.mark.django_db
NEWEST = "0003_backups"


def told(*words: str) -> str:
    out = StringIO()
    call_command("upgrade_check", *words, stdout=out)
    return out.getvalue()


def of(*operations: Any) -> list[bool]:
    """For each hazard, whether it breaks."""
    migration = migrations.Migration("0099_next", "ops")
    migration.dependencies, migration.operations = [("ops", NEWEST)], list(operations)
    return [hazard.breaks for hazard in hazards([migration])]


def column(name: str = "note", **options: Any) -> migrations.AddField:
    return migrations.AddField("SeenKey", name, models.CharField(max_length=9, **options))


@pytest.mark.parametrize(
    ("operation", "found"),
    [
        (column(null=True), []),
        (column(default=""), [True]),
        (column(db_default=""), []),
        (migrations.AddField("SeenKey", "at", models.DateTimeField(db_default=Now())), []),
        (migrations.RemoveField("SeenKey", "ring"), [True]),
        (migrations.RenameField("SeenKey", "ring", "of"), [True]),
        (migrations.DeleteModel("SeenKey"), [True]),
        (migrations.RenameModel("SeenKey", "KnownKey"), [True]),
        (migrations.AlterField("SeenKey", "ring", models.CharField(max_length=200)), []),
        (migrations.AlterField("BackupRun", "taken_at", models.DateTimeField()), [True]),
        (migrations.AddConstraint("SeenKey", models.UniqueConstraint(fields=["ring"], name="one")), [False]),
        (migrations.RunSQL("SELECT 1"), [False]),
        (migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("SeenKey", "ring")]), []),
        (migrations.SeparateDatabaseAndState([migrations.RemoveField("SeenKey", "ring")]), [True]),
    ],
    ids=lambda one: getattr(one, "describe", lambda: "")(),
)
def test_what_the_running_release_would_not_survive(operation, found):
    assert of(operation) == found


def test_a_table_that_is_new_is_nobody_s_yet():
    fresh = migrations.CreateModel("Fresh", [("id", models.BigAutoField(primary_key=True))])
    assert of(fresh, migrations.AddField("Fresh", "note", models.TextField(default=""))) == []


def test_in_front_of_nothing_it_is_content():
    said = told()
    assert "0 to apply" in said and f"{Word.STOP:4}" not in said
    assert all(about in said for about in LOOKED_AT)


def test_pending_migrations_are_counted_and_those_that_break_stop_it(monkeypatch):
    MigrationRecorder(connection).record_unapplied("ops", NEWEST)
    assert "1 to apply" in told()
    migration = migrations.Migration("0099_next", "ops")
    migration.dependencies, migration.operations = [("ops", NEWEST)], [migrations.RemoveField("SeenKey", "ring")]
    monkeypatch.setattr(findings, "pending", lambda: [migration])
    with pytest.raises(CommandError, match="1 in the way"):
        told()
    assert "still uses it" in told("--stopped")


def test_a_database_that_is_ahead_stops_it():
    MigrationRecorder(connection).record_applied("ops", "0099_of_tomorrow")
    with pytest.raises(CommandError):
        told()
    found = [one for one in LOOKED_AT["migrations"]() if one.word == Word.STOP]
    assert [one.words for one in found] == ["the database is ahead of this code: ops.0099_of_tomorrow"]


def test_a_full_disk_stops_it(monkeypatch):
    monkeypatch.setattr(findings, "LEAST_FREE", 1 << 60)
    with pytest.raises(CommandError, match="in the way"):
        told()


def test_in_production_an_unproved_backup_stops_it(settings):
    settings.PRODUCTION = True
    assert [one.word for one in LOOKED_AT["backups"]()] == [Word.STOP]


def test_a_setting_that_is_worth_a_word_is_told(monkeypatch):
    monkeypatch.setenv("MFA_REQIRED_FOR", "all")
    assert "MFA_REQUIRED_FOR was meant" in told()
