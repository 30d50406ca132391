"""7 days, 5 weeks, 12 months, and never the last verified; a removal that is cut off is finished by the next."""

import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import storages

from crm.core.actor import Actor
from crm.ops.backups.files import OBJECTS
from crm.ops.backups.manifest import MANIFEST, SETS, names_in
from crm.ops.backups.retention import expire, to_keep
from crm.ops.backups.services import backup_run
from crm.ops.backups.stores import current_store
from crm.ops.backups.verification import backup_verify
from crm.ops.backups.working import backups_expire
from crm.ops.models import BackupRun
from crm.ops.tests.conftest import store_document

BY = Actor.system("backup")
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def daily(days: int) -> list[tuple[str, datetime]]:
    return [(f"{NOON - timedelta(days=day):%Y-%m-%d}", NOON - timedelta(days=day)) for day in range(days)]


def test_the_last_seven_days_are_there():
    kept = to_keep(daily(500))
    assert {name for name, _at in daily(7)} <= kept and f"{NOON - timedelta(days=7):%Y-%m-%d}" not in kept


def test_a_year_of_daily_backups_leaves_a_handful():
    kept = sorted(to_keep(daily(500)))
    assert len(kept) <= 7 + 5 + 12
    assert [name for name in kept if name < "2026-10-20"] == [
        *("2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"),
        *("2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"),
    ]


def test_five_weeks_end_with_their_newest_day():
    kept = to_keep(daily(60))
    assert {"2026-11-22", "2026-11-15", "2026-11-08", "2026-11-01"} <= kept


def test_of_one_day_the_newest_stays():
    two = [("morning", NOON), ("evening", NOON + timedelta(hours=8))]
    assert to_keep(two) == {"evening"}


def test_days_are_those_of_the_installation(settings):
    settings.TIME_ZONE = "Pacific/Kiritimati"
    two = [("before midnight", datetime(2026, 11, 28, 9, 59, tzinfo=UTC)), ("after", NOON)]
    assert to_keep(two) == {"before midnight", "after"}


def test_nothing_to_keep_is_nothing():
    assert to_keep([]) == set()


@pytest.mark.django_db(transaction=True)
class TestRemoving:
    def test_the_last_verified_one_stays_however_many_come_after(self, place):
        verified = backup_run(BY)
        backup_verify(BY)
        second, third = backup_run(BY), backup_run(BY)
        assert backups_expire(BY) == [second.name]
        assert set(names_in(current_store())) == {verified.name, third.name}
        states = dict(BackupRun.objects.values_list("name", "state"))
        assert states == {verified.name: "done", second.name: "removed", third.name: "done"}

    def test_files_go_with_the_last_backup_that_lists_them(self, place):
        name = store_document(b"erased on request")
        first = backup_run(BY)
        storages["documents"].delete(name)
        backup_run(BY)
        (copy,) = (path for path in (place / OBJECTS).rglob("*") if path.is_file())
        expire(current_store())
        assert copy.exists(), "it may belong to a backup that is being made"
        a_day_ago = time.time() - 90_000
        os.utime(copy, (a_day_ago, a_day_ago))
        expire(current_store())
        assert not copy.exists() and first.name not in names_in(current_store())

    def test_a_removal_that_was_cut_off_is_finished(self, place):
        first, second = backup_run(BY), backup_run(BY)
        folder = place / SETS / first.name
        (folder / MANIFEST).unlink()
        for path in folder.iterdir():
            os.utime(path, (time.time() - 90_000,) * 2)
        expire(current_store())
        assert not folder.exists() and backup_verify(BY).manifest.name == second.name
