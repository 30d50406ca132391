"""`make bench-import`: a million contacts from one CSV file, the importer killed twice on the way, beside a bare COPY.

Nothing may be missing and nothing doubled. BENCH_SCALE=0.02 is a quick look.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.files import File  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Count  # noqa: E402

from auditlog.models import AuditEvent  # noqa: E402
from benchmarks.importing import TARGET_RATE, write_file  # noqa: E402
from crm.transfer import services  # noqa: E402
from crm.transfer.actors import actor_of  # noqa: E402
from crm.transfer.importers import importers  # noqa: E402
from crm.transfer.models import ImportRun  # noqa: E402
from tests.services import ROOT  # noqa: E402

ROWS, MOST_MEGABYTES = 1_000_000, 300
KILLED_AT = (1 / 3, 2 / 3)
RESULTS = Path(__file__).resolve().parent / "import-results.md"
CONTACTS = apps.get_model("customers", "Contact")._default_manager


@dataclass(frozen=True)
class Stretch:
    """One process: how long it worked, the waiting for its predecessor's lease apart."""

    rows: int
    seconds: float
    cpu: float
    megabytes: float
    ending: str


def main(scale: float) -> None:
    rows = max(20_000, round(ROWS * scale))
    run = started(rows)
    stretches = [stretch(run, round(rows * share)) for share in (*KILLED_AT, 2)]
    lines = [*told(stretches, rows), "", *faults(run, rows), "", *beside_copy(stretches, rows)]
    print("\n".join(lines))
    if scale >= 1:
        RESULTS.write_text("\n".join([*heading(rows), *lines, ""]))


def started(rows: int) -> ImportRun:
    importers()
    person = get_user_model()._default_manager.get(email="rep@demo.example")
    with tempfile.TemporaryDirectory(prefix="vouch-import-") as directory:
        path = Path(directory) / "contacts.csv"
        write_file(path, rows)
        with path.open("rb") as file:
            run = services.import_create(actor_of(person), File(file, name=path.name), resource="contacts")
    return services.import_start(actor_of(person), run.pk, here=True)


def stretch(run: ImportRun, until: int) -> Stretch:
    """Works until so many rows are in and is killed there, in the midst of the next ones; or to the end."""
    before = run.row_count
    command = [sys.executable, "-m", "benchmarks.import_going_on", str(run.pk)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        began = time.monotonic()
        while process.poll() is None and run.row_count < until:
            time.sleep(0.05)
            run.refresh_from_db()
            if run.state == "finished":
                break
        seconds = time.monotonic() - began
        if run.state != "finished":
            process.kill()
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = status
    run.refresh_from_db()
    ending = "to the end" if run.state == "finished" else "killed"
    return Stretch(run.row_count - before, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, ending)


def told(stretches: Sequence[Stretch], rows: int) -> list[str]:
    head = [
        "| process | rows kept | s | rows/s | its CPU, µs a row | MB at most |",
        "| --- | --: | --: | --: | --: | --: |",
    ]
    lines = [
        f"| {number}, {one.ending} | {one.rows:,} | {one.seconds:.1f} | {one.rows / one.seconds:,.0f} "
        f"| {one.cpu / max(one.rows, 1) * 1e6:.0f} | {one.megabytes:.0f} |"
        for number, one in enumerate(stretches, 1)
    ]
    seconds = sum(one.seconds for one in stretches)
    rate, most = rows / seconds, max(one.megabytes for one in stretches)
    verdict = "" if rate >= TARGET_RATE and most < MOST_MEGABYTES else ": short of the target"
    target = f"target {TARGET_RATE:,} rows/s, below {MOST_MEGABYTES} MB"
    return [*head, *lines, "", f"In all {rate:,.0f} rows/s, {most:.0f} MB at most ({target}){verdict}."]


def faults(run: ImportRun, rows: int) -> list[str]:
    """Counted in the database, not in what the import says of itself."""
    kept = CONTACTS.filter(email__endswith="@import.example")
    events = AuditEvent.objects.filter(trace_id=run.trace_of_run, action="contacts.created")
    counts = {
        "contacts": kept.count(),
        "different addresses": kept.aggregate(number=Count("email", distinct=True))["number"],
        "events": events.count(),
        "contacts with an event": events.aggregate(number=Count("object_id", distinct=True))["number"],
        "created, by the import's own count": run.created_count,
    }
    wrong = {name: number for name, number in counts.items() if number != rows}
    said = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    return [f"{'MISSING OR DOUBLED: ' if wrong else 'Nothing is missing or doubled: '}{said}."]


def beside_copy(stretches: Sequence[Stretch], rows: int) -> list[str]:
    """The same rows from the finished table into one like it: PostgreSQL alone, without and with its indexes."""
    lines = []
    seconds = sum(one.seconds for one in stretches)
    for name, like in (("without indexes", ""), ("with the same indexes", "INCLUDING ALL")):
        taken = copied(like)
        lines.append(
            f"A bare COPY of these rows {name}: {taken:.1f} s; the import took {seconds / taken:.1f} times that."
        )
    return lines


def copied(like: str) -> float:
    table = CONTACTS.model._meta.db_table
    with connection.cursor() as cursor, tempfile.TemporaryFile() as file:
        cursor.execute(f"CREATE TEMP TABLE bare (LIKE {table} {like})")
        with cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
            for block in copy:
                file.write(block)
        file.seek(0)
        began = time.monotonic()
        with cursor.copy("COPY bare FROM STDIN (FORMAT binary)") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        taken = time.monotonic() - began
        cursor.execute("DROP TABLE bare")
    return taken


def heading(rows: int) -> list[str]:
    load = " ".join(f"{number:.1f}" for number in os.getloadavg())
    return [
        "# A million rows come in",
        "",
        f"`make bench-import`, {datetime.now(UTC):%Y-%m-%d}: {rows:,} contacts from one CSV file into PostgreSQL,"
        " validated, looked up, written and told to the trail; of three processes, one after another, two are killed.",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, load {load}, production settings.",
        "",
    ]


if __name__ == "__main__":
    main(float(sys.argv[1]))
