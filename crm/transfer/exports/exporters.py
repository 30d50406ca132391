"""What an app declares to make its records exportable."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings

from crm.core.actor import Actor
from crm.core.listing import RecordFilters
from crm.core.sensitive import sensitive_fields
from crm.transfer.exports.columns import Column, further_columns


@dataclass(frozen=True, slots=True)
class Exporter:
    """`filters` are those of the API's list, so that an export takes what the list takes; `cards`: also as vCards."""

    resource: str
    model: type[Any]
    title: str
    list_url: str
    filters: type[RecordFilters]
    columns: tuple[Column, ...]
    has_cards: bool = False

    def columns_for(self, actor: Actor) -> dict[str, Column]:
        """Every column there is, by name, also those that this actor may not read."""
        return {column.name: column for column in (*self.columns, *further_columns(self.resource, actor))}

    def is_sensitive(self, column: Column) -> bool:
        return column.path in sensitive_fields(self.model)


_exporters: dict[str, Exporter] = {}


def register_exporter(exporter: Exporter) -> None:
    """Called by crm.wiring only."""
    _exporters[exporter.resource] = exporter


def exporters() -> dict[str, Exporter]:
    """Whatever door comes first (page, command, job) loads the roof, where they are registered."""
    if not _exporters:
        import_module(settings.ROOT_URLCONF)
    return dict(_exporters)
