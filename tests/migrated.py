"""A migrated SQLite file for tests that start the product as a process of its own: made once a run, then copied."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from tests.services import ROOT


def migrated_file(folder: Path) -> Path:
    """The file in `folder`, which the test processes of one run share: the first makes it, the others wait for it."""
    file = folder / "migrated.sqlite3"
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            _migrate(folder / "unfinished.sqlite3").rename(file)
    return file


def _migrate(file: Path) -> Path:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{file}", "REDIS_URL": "", "DATA_DIR": str(file.parent)}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return file
