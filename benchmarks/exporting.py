"""How fast records go out, and in how much memory: contacts through `manage.py export_records`, in each form."""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.services import ROOT

FORMS = ("csv", "jsonl", "xlsx")
TARGET_RATE = 30_000
SAID = re.compile(r"([\d,]+) rows in ([\d.]+) s")


@dataclass(frozen=True)
class Exported:
    """`seconds` are those of the writing itself; `megabytes` the most that the process ever held."""

    form: str
    rows: int
    seconds: float
    megabytes: float


def export_contacts(environment: dict[str, str], user: str = "manager@demo.example") -> list[Exported]:
    return [_export(environment, user, form) for form in FORMS]


def _export(environment: dict[str, str], user: str, form: str) -> Exported:
    with tempfile.TemporaryDirectory(prefix="vouch-export-") as directory:
        path = Path(directory) / f"contacts.{form}"
        command = [sys.executable, "manage.py", "export_records", "contacts", str(path), "--user", user]
        ran = subprocess.Popen(
            [*command, "--format", form], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        said = ran.stdout.read() if ran.stdout else ""
        _pid, status, usage = os.wait4(ran.pid, 0)
        ran.returncode = os.waitstatus_to_exitcode(status)
    found = SAID.search(said)
    if ran.returncode or found is None:
        raise RuntimeError(f"The export failed: {said}")
    return Exported(form, int(found[1].replace(",", "")), float(found[2]), usage.ru_maxrss / 1024)
