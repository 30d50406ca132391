"""What a view may hold: filters, order and columns that its list knows, with values of the right kind."""

from typing import Any

from django.http import QueryDict

from crm.core.actor import Actor
from crm.core.errors import BadRequest, Invalid, invalid_field
from crm.core.listing import RESERVED, conditioned, filtered, ordering_of, refuse_unknown, unarchived
from crm.lists.columns import offered
from crm.lists.models import SavedView
from crm.lists.registry import list_named

LONGEST_VALUE = 4_000


def ensure_sound(actor: Actor, view: SavedView) -> None:
    """Raises Invalid with a detail per fault."""
    page = list_named(view.resource)
    _ensure_shape(view)
    params = QueryDict(mutable=True)
    params.update(view.filters)
    rows = page.model.objects.none()
    try:
        refuse_unknown(params, page.filters.known() - (RESERVED - {"archived", "filter"}))
        filtered(conditioned(unarchived(rows, params), page.filters, params, actor), page.filters, params)
        if view.ordering:
            ordering_of({"ordering": view.ordering}, page.filters.orderings())
    except BadRequest as error:
        field = "ordering" if error.code == "invalid_ordering" else "filters"
        raise Invalid(error.message, details=_details(error, field)) from None
    _ensure_columns(view, {column.name for column in offered(actor, page.model, page.columns)})


def _details(error: BadRequest, field: str) -> list[dict[str, str]]:
    faults = error.details or [{"field": "", "code": error.code, "message": error.message}]
    return [{**fault, "field": f"{field}.{fault['field']}".rstrip(".")} for fault in faults]


def _ensure_shape(view: SavedView) -> None:
    is_flat = isinstance(view.filters, dict) and all(map(_is_text, (*view.filters, *view.filters.values())))
    if not is_flat:
        raise invalid_field("filters", "An object of texts, such as the list's address has.", "invalid_filters")
    if not isinstance(view.columns, list) or not all(map(_is_text, view.columns)):
        raise invalid_field("columns", "A list of names of columns.", "invalid_columns")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_VALUE and "\x00" not in value


def _ensure_columns(view: SavedView, known: set[str]) -> None:
    if unknown := sorted(set(view.columns) - known):
        raise invalid_field("columns", f"There is no column {', '.join(unknown)}.", "unknown_column")
    if len(set(view.columns)) != len(view.columns):
        raise invalid_field("columns", "Each column once.", "invalid_columns")
