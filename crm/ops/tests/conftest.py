"""A place for backups, stored files, and the product as a process of its own on a database of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection

from crm.core.ids import uuid7
from crm.ops.backups.keys import new_identity
from crm.ops.backups.manifest import SETS
from crm.ops.backups.postgres import Postgres

ROOT = Path(__file__).resolve().parents[3]
SECRET = "a-long-secret-for-backups-0123456789"


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> Path:
    """The folder where backups are kept, encrypted for a key of this machine; documents lie beside it."""
    settings.BACKUP_DIR, settings.BACKUP_IS_SET = tmp_path / "backups", True
    settings.BACKUP_ENCRYPTION_KEY = [SECRET]
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "backups"


@pytest.fixture
def key_pair() -> tuple[str, str]:
    """(identity, recipient)."""
    return new_identity()


def store_document(content: bytes, name: str = "") -> str:
    """As documents are: a name that never repeats."""
    return str(storages["documents"].save(f"documents/{name or uuid7().hex}", ContentFile(content)))


def set_of(place: Path, name: str) -> dict[str, Path]:
    """The files of one backup by their names."""
    return {path.name: path for path in (place / SETS / name).iterdir()}


def flip(path: Path, at: int = -50) -> None:
    """One bit."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@dataclass
class House:
    """The product on `url`; `manage` runs a command and answers how it ended."""

    url: str
    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        own = {"DATABASE_URL": self.url, "REDIS_URL": "", "DATA_DIR": str(self.folder), "ENVIRONMENT": "testing"}
        places = {"BACKUP_DIR": str(self.folder / "backups"), "MEDIA_ROOT": str(self.folder / "media")}
        return {**os.environ, **own, **places, "BACKUP_ENCRYPTION_KEY": SECRET, **self.more}

    def manage(self, *words: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "manage.py", *words, "--skip-checks"],
            cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False, timeout=300, **options,
        )  # fmt: skip

    def start(self, *words: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "manage.py", *words, "--skip-checks"]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment(), text=True, stdout=-1, stderr=-1)


@pytest.fixture
def new_house(tmp_path: Path) -> Iterator[Callable[[], House]]:
    """The product on a database that does not exist yet, of the kind that the tests run on."""
    made: list[Postgres] = []

    def build() -> House:
        if connection.vendor == "sqlite":
            return House(f"sqlite:///{tmp_path}/another.sqlite3", tmp_path)
        database = Postgres.of(connection.settings_dict).another(f"vouch_house_{uuid7().hex[-8:]}")
        made.append(database)
        return House(database.url, tmp_path)

    yield build
    for database in made:
        with database.maintenance() as server:
            rows = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{database.name}%"])
            names = [row[0] for row in rows]
        for name in names:
            database.another(name).drop()
