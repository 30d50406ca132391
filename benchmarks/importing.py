"""How fast a file comes in: 10,000 contacts through `manage.py import_records`."""

import csv
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.services import ROOT

ROWS = 10_000
TARGET_RATE = 5_000


@dataclass(frozen=True)
class Imported:
    rows: int
    seconds: float
    said: str


def import_contacts(environment: dict[str, str], rows: int) -> Imported:
    with tempfile.TemporaryDirectory(prefix="vouch-import-") as directory:
        path = Path(directory) / "contacts.csv"
        write_file(path, rows)
        command = [
            sys.executable,
            "manage.py",
            "import_records",
            str(path),
            "--resource",
            "contacts",
            "--team",
            "North",
        ]
        began = time.monotonic()
        ran = subprocess.run(
            [*command, "--user", "rep@demo.example"],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=1200,
        )  # fmt: skip
        seconds = time.monotonic() - began
    said = (ran.stdout if ran.returncode == 0 else ran.stderr).strip()
    return Imported(rows, seconds, said.replace("\n", " ")[-300:])


def write_file(path: Path, rows: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["First name", "Last name", "Email", "Phone", "Job title"])
        for number in range(rows):
            phone = f"+4420794{number % 100000:05}"
            writer.writerow(["Ivo", f"Import {number}", f"ivo{number}@import.example", phone, "Buyer"])
