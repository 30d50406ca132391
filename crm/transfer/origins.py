"""Where imported values came from: the file, and the line where the report has it."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from crm.transfer.models import ImportRow, ImportRun


def import_origins(record: Any, events: list[Any]) -> dict[Any, str]:
    """Event id → `people.csv, line 12`; two queries, none where nothing was imported."""
    imported = {event.pk: event.trace_id for event in events if event.door == "import" and event.trace_id}
    if not imported:
        return {}
    runs = {run.trace_of_run: run for run in ImportRun.objects.filter(pk__in=_runs_in(set(imported.values())))}
    lines = defaultdict(list)
    rows = ImportRow.objects.filter(run__in=runs.values(), record_id=record.pk)
    for run_id, line in rows.values_list("run_id", "line"):
        lines[run_id].append(line)
    return {pk: _named(runs[trace], lines[runs[trace].pk]) for pk, trace in imported.items() if trace in runs}


def _runs_in(traces: set[str]) -> list[UUID]:
    found = []
    for trace in traces:
        try:
            found.append(UUID(trace.rpartition("import-")[2]))
        except ValueError:
            continue
    return found


def _named(run: ImportRun, lines: list[int]) -> str:
    """A record that several lines of a file changed has no one line."""
    return f"{run.file_name}, line {lines[0]}" if len(lines) == 1 else run.file_name
