"""The list pages that have views, by the word of their permission; filled by crm.wiring."""

from typing import Any

from crm.core.errors import invalid_field

_pages: dict[str, type[Any]] = {}


def register_list(page: type[Any]) -> None:
    """`page` is a ViewedListPage."""
    _pages[page.model.RESOURCE] = page


def list_named(resource: str) -> type[Any]:
    """Raises Invalid (`unknown_list`)."""
    if resource not in _pages:
        raise invalid_field("resource", f"One of: {', '.join(sorted(_pages))}.", "unknown_list")
    return _pages[resource]
