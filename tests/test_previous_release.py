"""The code of the release before works on this one's schema, as it has to while a new one is rolled in.

That release is the last tag `v…`; before there was one, the commit before migrations were last touched.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SMOKE = Path(__file__).with_name("previous_release_smoke.py")

pytestmark = pytest.mark.once


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def release_before() -> str:
    """A commit, or nothing where git's history does not reach so far."""
    if tag := git("describe", "--tags", "--match", "v*", "--abbrev=0", "HEAD^"):
        return git("rev-parse", f"{tag}^{{commit}}")
    touched = git("log", "-1", "--format=%H", "--", ":(glob)**/migrations/*.py")
    return git("rev-parse", "--verify", "--quiet", f"{touched}^") if touched else ""


@pytest.fixture
def code_before(tmp_path: Path) -> Iterator[Path]:
    commit = release_before()
    if not commit:
        pytest.skip("the history does not reach the release before: git fetch --unshallow --tags")
    folder = tmp_path / "before"
    folder.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "--extract", "--directory", str(folder)], input=archive, check=True)
    yield folder
    shutil.rmtree(folder)


def test_it_signs_in_lists_creates_and_changes_on_the_new_schema(code_before, migrated_sqlite, tmp_path):
    database = tmp_path / "new-schema.sqlite3"
    shutil.copy(migrated_sqlite, database)
    environment = {
        **{name: value for name, value in os.environ.items() if name != "REDIS_URL"},
        **{"DATABASE_URL": f"sqlite:///{database}", "DATA_DIR": str(tmp_path), "ENVIRONMENT": "testing"},
        **{"PYTHONPATH": str(code_before), "DJANGO_SETTINGS_MODULE": "crm.settings", "LOG_LEVEL": "CRITICAL"},
    }
    command = [sys.executable, "-P", str(SMOKE)]
    ran = subprocess.run(
        command, cwd=code_before, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
