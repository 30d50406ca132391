"""What a list shows just now, read from the address or from a saved view, in one form that can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from crm.core.actor import Actor
from crm.lists.columns import chosen, offered
from crm.lists.models import SavedView

# Where one is in a list, and under which name; not what is looked for.
POSITION = frozenset({"view", "cursor", "page_size"})
SHAPE = frozenset({"search", "ordering", "columns"})
EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class ListState:
    """Filters without blanks; `ordering` and `columns` are empty where they are the list's default."""

    filters: Mapping[str, str]
    search: str = ""
    ordering: str = ""
    columns: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """As fields of a SavedView."""
        return {
            "filters": dict(self.filters),
            "search": self.search,
            "ordering": self.ordering,
            "columns": list(self.columns),
        }

    def is_plain(self) -> bool:
        return not (self.filters or self.search or self.ordering or self.columns)

    def params(self) -> dict[str, str]:
        """As parameters of the list's address."""
        shape = {"search": self.search, "ordering": self.ordering, "columns": ",".join(self.columns)}
        return {**self.filters, **{name: value for name, value in shape.items() if value}}


def state_in(page: type[Any], actor: Actor, params: QueryDict) -> ListState:
    names = names_in(params)
    ordering = params.get("ordering", "")
    return ListState(
        filters={name: str(params[name]) for name in sorted(set(params) - POSITION - SHAPE) if params[name]},
        search=params.get("search", "").strip(),
        ordering="" if ordering == page.filters.orderings()[0] else ordering,
        columns=() if names == default_names(page, actor) else names,
    )


def state_of(view: SavedView) -> ListState:
    return ListState(dict(sorted(view.filters.items())), view.search, view.ordering, tuple(view.columns))


def names_in(params: QueryDict) -> tuple[str, ...]:
    """`?columns=status,owner` and `?columns=status&columns=owner` alike."""
    return tuple(name for text in params.getlist("columns") for name in text.split(",") if name)


def default_names(page: type[Any], actor: Actor) -> tuple[str, ...]:
    shown = chosen(offered(actor, page.model, page.columns), ())
    return tuple(column.name for column in shown if not column.is_title)


def query_of(state: ListState, **more: str) -> QueryDict:
    params = QueryDict(mutable=True)
    params.update({**more, **state.params()})
    return params
