"""The kinds of file: what each is called, and how pages become bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from crm.transfer.exports.columns import Column
from crm.transfer.exports.csv_file import CsvFile
from crm.transfer.exports.json_lines import JsonLines
from crm.transfer.exports.reading import Page
from crm.transfer.exports.vcard import CARD_COLUMNS, VCards
from crm.transfer.exports.xlsx_file import XlsxFile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Encoder(Protocol):
    """`remarks`: what a reader of the file must know, by code with a count (`cut_cells`)."""

    remarks: dict[str, int]

    def begin(self) -> bytes: ...
    def page(self, page: Page) -> bytes: ...
    def end(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Format:
    label: str
    extension: str
    content_type: str
    encoder: Callable[[Sequence[Column]], Encoder]
    card_fields: frozenset[str] = frozenset()

    @property
    def is_card(self) -> bool:
        return bool(self.card_fields)

    def takes(self, column: Column) -> bool:
        """A card has a place for some columns only."""
        return not self.card_fields or column.name in self.card_fields


def _cards(version: str) -> Format:
    label = f"vCard {version}"
    return Format(label, "vcf", "text/vcard; charset=utf-8", partial(VCards, version=version), CARD_COLUMNS)


FORMATS: dict[str, Format] = {
    "csv": Format(_("CSV"), "csv", "text/csv; charset=utf-8", CsvFile),  # type: ignore[arg-type]
    "csv-excel": Format(
        _("CSV for Excel"),  # type: ignore[arg-type]
        "csv",
        "text/csv; charset=utf-8",
        lambda columns: CsvFile(columns, has_mark=True),
    ),
    "xlsx": Format(_("Excel (XLSX)"), "xlsx", XLSX, XlsxFile),  # type: ignore[arg-type]
    "jsonl": Format(_("JSON lines"), "jsonl", "application/x-ndjson; charset=utf-8", JsonLines),  # type: ignore[arg-type]
    "vcard3": _cards("3.0"),
    "vcard4": _cards("4.0"),
}
