"""What a list sends along when somebody acts on its rows: those that were ticked, or all that match."""

import json
from collections.abc import Iterable

from django.http import QueryDict

# Where one is on a list, and how it is shown, which says nothing about what is on it.
POSITIONS = ("cursor", "page_size", "fields", "expand", "count", "view", "columns")


class Selection:
    """`ids` of ticked rows, or `all_matching` of the list's `query`, which also tells where to go back to."""

    def __init__(self, data: QueryDict) -> None:
        self.resource = data.get("resource", "")
        self.query = data.get("query", "")
        self.filters = filters_of(self.query)
        self.is_all_matching = data.get("all_matching") == "1"
        chosen = data.getlist("ids")
        if len(chosen) == 1 and chosen[0].startswith("["):
            chosen = _unpacked(chosen[0])
        self.ids = [] if self.is_all_matching else chosen

    @property
    def packed_ids(self) -> str:
        """One field, however many rows were ticked."""
        return json.dumps(self.ids) if self.ids else ""


def filters_of(query: str, but: Iterable[str] = ()) -> dict[str, str]:
    """What a list's address says about what is on it."""
    params = QueryDict(query)
    left_out = {*POSITIONS, *but}
    return {name: str(params[name]) for name in params if name not in left_out and params[name]}


def _unpacked(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except ValueError:
        return [text]
    return [str(one) for one in found]
