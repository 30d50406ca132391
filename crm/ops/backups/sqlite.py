"""SQLite, by its own online backup: all pages in one step, because one in several never ends under a writer."""

import gzip
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from crm.ops.backups.errors import BackupError, Damaged
from crm.ops.backups.facts import Facts, facts

WAITS = 20.0  # seconds for a lock


@dataclass(frozen=True)
class Sqlite:
    """One file, or what SQLite takes for one (`file:…?mode=memory`)."""

    name: str
    vendor = "sqlite"
    dump_name = "database.sqlite3.gz"
    # The copy, its compressed form and the encrypted form.
    room_for_dump = 2.5

    @property
    def url(self) -> str:
        return f"sqlite:///{self.name}"

    def size(self) -> int:
        with self._open() as database:
            pages, size = (database.execute(f"PRAGMA {word}").fetchone()[0] for word in ("page_count", "page_size"))
            return int(pages) * int(size)

    def is_empty(self) -> bool:
        with self._open() as database:
            return database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone() == (0,)

    def version(self) -> str:
        return sqlite3.sqlite_version

    def ready(self) -> None:
        """It brings its own tools."""

    @contextmanager
    def dumped(self, target: Path) -> Iterator[Facts]:
        copy = target.with_suffix(".copy")
        try:
            at = timezone.now()
            with self._open() as database, closing(sqlite3.connect(copy)) as own:
                database.backup(own, pages=-1)
                own.execute("PRAGMA journal_mode=DELETE")
                found = {"at": at, **facts(own.cursor(), self.vendor)}
            with copy.open("rb") as content, gzip.open(target, "wb", compresslevel=1) as packed:
                shutil.copyfileobj(content, packed, 1 << 20)
        finally:
            copy.unlink(missing_ok=True)
        yield found

    def load(self, dump: Path) -> None:
        """Into this file, which does not exist yet. Raises Damaged."""
        copy = Path(self.name)
        with gzip.open(dump) as packed, copy.open("wb") as content:
            shutil.copyfileobj(packed, content, 1 << 20)
        ensure_whole(copy)

    def take_over(self, ready: "Sqlite") -> None:
        """In place of everything that is there; others see it at once and whole, or not at all."""
        with ready._open() as source, self._open() as database:
            source.backup(database, pages=-1)

    def facts(self) -> Facts:
        with self._open() as database:
            return facts(database.cursor(), self.vendor)

    @contextmanager
    def scratch(self) -> Iterator["Sqlite"]:
        with TemporaryDirectory(prefix="vouch-scratch-") as folder:
            yield Sqlite(f"{folder}/scratch.sqlite3")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.name, timeout=WAITS, uri=self.name.startswith("file:"))) as database:
            try:
                yield database
            except sqlite3.OperationalError as error:
                raise BackupError(f"SQLite: {error}") from error


def ensure_whole(file: Path) -> None:
    """Raises Damaged."""
    with closing(sqlite3.connect(file)) as database:
        try:
            said = database.execute("PRAGMA integrity_check(5)").fetchall()
            lost = database.execute("PRAGMA foreign_key_check").fetchall()
        except sqlite3.DatabaseError as error:
            raise Damaged(f"The database inside is not whole: {error}.") from None
    if said != [("ok",)] or lost:
        raise Damaged(f"The database inside is not whole: {said[0][0] if not lost else 'a row points to nothing'}.")
