"""What a file leaves open and a person has to settle before an import: its encoding, the order of its dates."""

from collections.abc import Sequence
from itertools import islice

from crm.core.errors import Invalid
from crm.transfer.importers import importer_for
from crm.transfer.models import ImportRun
from crm.transfer.reading_values import is_ambiguous_date, order_shown_by
from crm.transfer.running import reader_of

SAMPLED_ROWS = 1_000


def sample_of(run: ImportRun, rows: int = SAMPLED_ROWS) -> list[list[str]]:
    """The first rows that can be read and have as many cells as the header."""
    with reader_of(run) as reader:
        return [row.cells for row in islice(reader, rows) if not row.fault and len(row.cells) == len(run.headers)]


def date_columns(run: ImportRun) -> list[int]:
    importer = importer_for(run.resource)
    return [index for index, name in enumerate(run.mapping) if name and importer.column(name).kind == "date"]


def has_ambiguous_dates(run: ImportRun, sample: Sequence[Sequence[str]]) -> bool:
    columns = date_columns(run)
    return any(is_ambiguous_date(row[index]) for row in sample for index in columns)


def date_order_of(run: ImportRun, sample: Sequence[Sequence[str]]) -> str:
    """What the dates in the sample show by themselves; "" where none does, or where they disagree."""
    columns = date_columns(run)
    shown = {order_shown_by(row[index]) for row in sample for index in columns} - {""}
    return shown.pop() if len(shown) == 1 else ""


def unsettled(run: ImportRun) -> list[str]:
    """What a person still has to choose: `encoding`, `date_order`."""
    missing = [] if run.encoding_certain else ["encoding"]
    if not run.options.get("date_order") and has_ambiguous_dates(run, sample_of(run)):
        missing.append("date_order")
    return missing


def refuse_unsettled(run: ImportRun) -> None:
    messages = {
        "encoding": "Confirm which encoding the file has; it could be several.",
        "date_order": "Choose how dates such as 03/04/2024 are to be read.",
    }
    if missing := unsettled(run):
        raise Invalid(
            " ".join(messages[name] for name in missing),
            details=[{"field": name, "code": "required", "message": messages[name]} for name in missing],
        )
