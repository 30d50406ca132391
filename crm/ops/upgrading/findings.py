"""What stands in the way of a new release, looked at before anything is changed."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.db import DatabaseError, connection

from crm.ops.backups.standing import standing
from crm.ops.health import cache_answers
from crm.ops.upgrading.migrations import hazards, is_new, of_a_later_release, pending

LEAST_FREE = 2 << 30  # bytes; static files, a dump's spool, logs
OLDEST_SERVER = 15


class Word(StrEnum):
    OK, LOOK, STOP = "ok", "look", "stop"


@dataclass(frozen=True, slots=True)
class Finding:
    """`look` is for a person to judge; `stop` is not to be upgraded over."""

    about: str
    word: Word
    words: str


def checks() -> Iterator[Finding]:
    """Django's, and those of production. That the environment is complete is known by our having started."""
    found = [one for one in run_checks(include_deployment_checks=settings.PRODUCTION) if one.level >= WARNING]
    yield from (Finding("settings", Word.STOP if one.is_serious() else Word.LOOK, str(one.msg)) for one in found)
    if not found:
        yield Finding("settings", Word.OK, "complete, and Django's checks have nothing to say")


def database() -> Iterator[Finding]:
    if connection.vendor != "postgresql":
        yield Finding("database", Word.LOOK, "SQLite: nothing else may run while it is migrated")
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    word = Word.OK if version // 10_000 >= OLDEST_SERVER else Word.STOP
    yield Finding("database", word, f"PostgreSQL {version // 10_000}; {OLDEST_SERVER} or later is needed")


def migrations() -> Iterator[Finding]:
    if later := of_a_later_release():
        yield Finding("migrations", Word.STOP, f"the database is ahead of this code: {', '.join(later)}")
    waiting = pending()
    yield Finding("migrations", Word.OK, f"{len(waiting)} to apply")
    for hazard in () if is_new() else dict.fromkeys(hazards(waiting)):
        word = Word.STOP if hazard.breaks else Word.LOOK
        yield Finding("migrations", word, f"{hazard.migration}: {hazard.words}")


def disk() -> Iterator[Finding]:
    for folder in dict.fromkeys(map(_existing, (settings.DATA_DIR, settings.BACKUP_DIR))):
        free = shutil.disk_usage(folder).free
        words = f"{free / (1 << 30):.1f} GB free in {folder}"
        yield Finding("disk", Word.OK if free >= LEAST_FREE else Word.STOP, words)


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)


def backups() -> Iterator[Finding]:
    if is_new():
        yield Finding("backups", Word.OK, "nothing is there yet")
        return
    found = standing()
    if found.age is None:
        yield Finding("backups", Word.STOP if settings.PRODUCTION else Word.LOOK, "none was ever verified")
    else:
        hours = found.age.total_seconds() / 3600
        word = Word.STOP if found.needs_a_look and settings.PRODUCTION else Word.OK
        yield Finding("backups", word, f"the last verified one shows how it was {hours:.0f} hours ago")


def cache() -> Iterator[Finding]:
    works = cache_answers()
    yield Finding("cache", Word.OK if works else Word.LOOK, "answers" if works else "does not answer")


LOOKED_AT: dict[str, Callable[[], Iterator[Finding]]] = {
    "settings": checks,
    "database": database,
    "migrations": migrations,
    "disk": disk,
    "backups": backups,
    "cache": cache,
}


def findings() -> Iterator[Finding]:
    for about, look in LOOKED_AT.items():
        try:
            yield from look()
        except DatabaseError as error:
            yield Finding(about, Word.STOP, f"the database says: {str(error).splitlines()[0]}")
