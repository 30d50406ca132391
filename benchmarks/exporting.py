"""How fast records go out, and in how much memory: contacts through `manage.py export_records`, in each form."""

import csv
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.services import ROOT

FORMS = ("csv", "jsonl", "xlsx")
TARGET_RATE = 30_000
SAID = re.compile(r"([\d,]+) rows in ([\d.]+) s, SHA-256 (\w+)")


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
        rows, held, digest = int(found[1].replace(",", "")), records_in(path, form), digest_of(path)
    if (held, digest) != (rows, found[3]):
        raise RuntimeError(f"{rows} rows and {found[3]} were said; the file holds {held} and is {digest}")
    return Exported(form, rows, float(found[2]), usage.ru_maxrss / 1024)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def records_in(path: Path, form: str) -> int:
    """Counted by something that is not ours; the first row of a sheet is its header."""
    if form == "xlsx":
        return _rows_of_workbook(path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        return sum(1 for _ in csv.reader(file)) - 1 if form == "csv" else sum(1 for _ in file)


def _rows_of_workbook(path: Path) -> int:
    rows = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                with archive.open(name) as sheet:
                    rows += _counted(sheet, b"<row") - 1
    return rows


def _counted(file: IO[bytes], mark: bytes) -> int:
    found, rest = 0, b""
    while block := file.read(1 << 20):
        text = rest + block
        found += text.count(mark)
        rest = text[-len(mark) + 1 :]
    return found
