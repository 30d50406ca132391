"""The form that orders an export: which columns in which order, as what, of which records."""

from collections.abc import Mapping, Sequence
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from crm.core.actor import Actor
from crm.core.selection import Selection
from crm.core.sensitive import never_readable
from crm.transfer.exports.exporters import Exporter
from crm.transfer.exports.formats import FORMATS


class Order(Selection):
    """What a list, or this form itself, sent."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.format = data.get("format", "csv")
        self.columns = data.getlist("columns")
        self.template_name = data.get("template_name", "")
        self.view, self.team = view_in(self.query), _id(data.get("team", ""))
        self.follows_view = bool(self.view) and data.get("follow_view") == "1"

    @classmethod
    def of(cls, resource: str, format: str, filters: Mapping[str, str], columns: Sequence[str]) -> Self:
        """The same form, begun with what a template holds."""
        data = QueryDict(mutable=True)
        data.update({"resource": resource, "format": format, "query": urlencode(filters)})
        data.setlist("columns", list(columns))
        return cls(data)


def view_in(query: str) -> str:
    """The saved view that a list's address names, if it is one."""
    return _id(str(QueryDict(query).get("view", "")))


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def format_choices(exporter: Exporter) -> list[tuple[str, Any]]:
    return [(name, one.label) for name, one in FORMATS.items() if exporter.has_cards or not one.is_card]


def column_choices(actor: Actor, exporter: Exporter, chosen: list[str]) -> list[dict[str, Any]]:
    """Chosen ones first and in their order; what this person may not read is not offered."""
    closed = never_readable(actor, exporter.model)
    open_ones = {name: one for name, one in exporter.columns_for(actor).items() if one.path not in closed}
    ticked = [name for name in chosen if name in open_ones] or [n for n, one in open_ones.items() if one.is_usual]
    order = [*ticked, *(name for name in open_ones if name not in ticked)]
    return [{"name": name, "label": open_ones[name].label, "is_chosen": name in ticked} for name in order]
