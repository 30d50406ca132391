"""The figures beside their targets, on the screen and in benchmarks/results.md."""

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import exporting
from benchmarks.exporting import Exported
from benchmarks.importing import TARGET_RATE, Imported
from benchmarks.measuring import Figures
from benchmarks.workload import Row

RESULTS = Path(__file__).resolve().parent / "results.md"
HEADINGS = "| what | p50 ms | p95 ms | target | SQL | target | CPU ms | bytes | 8 clients: requests/s | p95 ms | |"
RULE = "| --- | --: | --: | --- | --: | --: | --: | --: | --: | --: | --- |"
WORST_MEMORY = 150


def line(row: Row, figures: Figures) -> str:
    target = row.target
    met = figures.p50 <= target.p50 and figures.p95 <= target.p95 and figures.statements <= target.statements
    verdict = f"{figures.faults} refused" if figures.faults else "" if met else "short"
    together = f"{figures.rate:.0f} | {figures.p95_together:.1f}" if figures.rate else "– | –"
    return (
        f"| {row.name} | {figures.p50:.1f} | {figures.p95:.1f} | {target.p50:g} / {target.p95:g} "
        f"| {figures.statements} | {target.statements} | {figures.cpu:.1f} | {figures.size:,} "
        f"| {together} | {verdict} |"
    )


def import_line(imported: Imported) -> str:
    rate = imported.rows / imported.seconds
    verdict = "" if rate >= TARGET_RATE else "short of the target"
    return (
        f"Import of {imported.rows:,} contacts: {imported.seconds:.1f} s, {rate:,.0f} rows/s "
        f"(target {TARGET_RATE:,}) {verdict}  \n`{imported.said}`"
    )


def export_line(exported: Exported) -> str:
    rate = exported.rows / max(exported.seconds, 0.01)
    verdict = "" if rate >= exporting.TARGET_RATE or exported.form != "csv" else "short of the target"
    return (
        f"Export of {exported.rows:,} contacts as {exported.form}: {exported.seconds:.1f} s, {rate:,.0f} rows/s "
        f"(target {exporting.TARGET_RATE:,} as csv), {exported.megabytes:.0f} MB at most {verdict}  "
    )


def memory_line(megabytes: float) -> str:
    return f"Memory of the largest web worker at the end: {megabytes:.0f} MB (target below {WORST_MEMORY})."


def write(lines: Iterable[str], notes: Iterable[str], scale: float) -> None:
    python = platform.python_version()
    load = " ".join(f"{number:.1f}" for number in os.getloadavg())
    RESULTS.write_text(
        "\n".join(
            [
                "# Benchmark",
                "",
                "Written by `make bench`: gunicorn with two workers of four threads under production settings, "
                "PostgreSQL and Redis on the same machine, a real client over HTTP on a kept connection; "
                "one client, then eight.",
                "",
                f"- {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {python}, load at the end {load}",
                f"- {scale:g} × (100,000 customers, 100,000 contacts, 30,000 deals, 200,000 activities and notes)",
                "",
                HEADINGS,
                RULE,
                *lines,
                "",
                *notes,
                "",
            ]
        )
    )
