"""Keyset pagination: as fast on page 2,000 as on page 1, and stable while rows are inserted."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property

from crm.core.custom_fields.definitions import COLUMN, PREFIX
from crm.core.errors import BadRequest

DEFAULT_SIZE = 50
LARGEST_SIZE = 200
COUNT_BOUND = 10_000
OVER_BOUND_SECONDS = 60


@dataclass(frozen=True)
class Page:
    """Cursors are opaque strings for the same list and ordering, None at the ends."""

    rows: list[Any]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True)
class Key:
    """One sort key: `path` is an attribute path (`customer__name`); `has_key` filters those with a value in JSON."""

    path: str
    descending: bool
    nullable: bool
    has_key: dict[str, str] | None = None


def paginate(
    rows: models.QuerySet[Any], ordering: str, cursor: str | None, size: int = DEFAULT_SIZE, are_few: bool = False
) -> Page:
    """One page in `ordering` (`name`, `-created_at`; id breaks ties, nulls come last).

    Where the rows `are_few`, all of them are found and sorted; else the database may walk along the index of the order.

    Raises BadRequest (`invalid_cursor`) for a cursor that is not of this list.
    """
    key = _key(rows.model, ordering)
    position = _decode(cursor, ordering) if cursor else None
    backward = bool(position and position["back"])
    found: list[Any] = []
    for window in _windows(rows, key, position, backward, are_few):
        found += _fetched(window[: size + 1 - len(found)]) if len(found) <= size else []
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    has_next, has_previous = (True, more) if backward else (more, position is not None)
    return Page(
        rows=found,
        next_cursor=_encode(found[-1], key, ordering, False) if found and has_next else None,
        previous_cursor=_encode(found[0], key, ordering, True) if found and has_previous else None,
    )


def _windows(rows: Any, key: Key, position: dict[str, Any] | None, backward: bool, are_few: bool) -> list[Any]:
    """The list whole; by a custom field in two, those with a value first, since only they are in its index."""
    if not key.has_key:
        return [_window(rows, key, position, backward, are_few)]
    filled, empty = rows.filter(**key.has_key), rows.exclude(**key.has_key)
    if position is not None and position["value"] is None:
        rest = _by_id(empty, key, position["id"], backward)
        return [rest, _window(filled, key, None, True)] if backward else [rest]
    first = _window(filled, key, position, backward)
    return [first] if backward else [first, _by_id(empty, key, None, False)]


def _by_id(rows: Any, key: Key, pk: str | None, backward: bool) -> Any:
    descending = key.descending != backward
    try:
        beyond = rows.filter(**{"pk__lt" if descending else "pk__gt": pk}) if pk else rows
    except (ValidationError, ValueError):
        raise BadRequest("This cursor does not belong to this list.", code="invalid_cursor") from None
    return beyond.order_by("-pk" if descending else "pk")


def _fetched(window: Any) -> list[Any]:
    """A model that is PAGED_BY_KEYS finds its page in an index alone and then fetches just these rows."""
    if not getattr(window.model, "PAGED_BY_KEYS", False):
        return list(window)
    pks = list(window.values_list("pk", flat=True))
    found = window.model._default_manager.in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def batches(
    rows: models.QuerySet[Any], ordering: str, names: Sequence[str], size: int
) -> Iterator[list[tuple[Any, ...]]]:
    """All rows as tuples of `names`, then the sort key and the id: a query for each `size` of them, none of them held.

    No cursor is kept open at the server, which a pooler could hand to somebody else (PgBouncer) and end early.
    """
    key, position = _key(rows.model, ordering), None
    while True:
        found = list(_window(rows, key, position, False).values_list(*names, key.path, "pk")[:size])
        if found:
            yield found
        if len(found) < size:
            return
        position = {"value": found[-1][-2], "id": found[-1][-1]}


def cursor_after(row: Any, ordering: str) -> str:
    """The cursor of the page that starts behind `row`, for lists whose first page came another way."""
    return _encode(row, _key(type(row), ordering), ordering, False)


def bounded_count(rows: models.QuerySet[Any], bound: int = COUNT_BOUND) -> tuple[int, bool]:
    """(count, is_estimate): counts at most `bound` rows; that there are more is remembered for a minute."""
    counted = rows.order_by().values("pk")[: bound + 1]
    try:
        key = f"over-{bound}:{hashlib.sha256(repr(counted.query.sql_with_params()).encode()).hexdigest()}"
    except EmptyResultSet:
        return 0, False
    if cache.get(key):
        return bound, True
    count = counted.count()
    if count > bound:
        cache.set(key, True, OVER_BOUND_SECONDS)
    return min(count, bound), count > bound


def count_label(count: int, is_estimate: bool) -> str:
    """What `bounded_count` says, for a page: `4,812`, or `10,000+`."""
    return f"{count:,}+" if is_estimate else f"{count:,}"


class BoundedPaginator(Paginator):
    """For Django's admin: counts at most 10,000 rows, so that a list of a million opens at once."""

    @cached_property
    def count(self) -> int:
        return bounded_count(self.object_list)[0]  # type: ignore[arg-type]


def _key(model: type[models.Model], ordering: str) -> Key:
    path = ordering.removeprefix("-")
    if path.startswith(PREFIX):
        key = path.removeprefix(PREFIX)
        return Key(f"{COLUMN}__{key}", ordering.startswith("-"), False, {f"{COLUMN}__has_key": key})
    field: Any = None
    owner = model
    for part in path.split("__"):
        field = owner._meta.get_field(part)
        owner = field.related_model or owner
    return Key(path, ordering.startswith("-"), bool(field.null) or "__" in path)


def _window(
    rows: models.QuerySet[Any], key: Key, position: dict[str, Any] | None, backward: bool, are_few: bool = False
) -> Any:
    try:
        window = rows.filter(_beyond(key, position["value"], position["id"], backward)) if position else rows
    except (ValidationError, ValueError, TypeError):
        raise BadRequest("This cursor does not belong to this list.", code="invalid_cursor") from None
    descending = key.descending != backward
    nulls = {"nulls_first": True} if backward else {"nulls_last": True}
    # Of what is no column, no index is in order.
    expression = Coalesce(key.path, key.path) if are_few else F(key.path)
    first = (
        expression.desc(**(nulls if key.nullable else {}))
        if descending
        else expression.asc(**(nulls if key.nullable else {}))
    )
    return window.order_by(first, "-pk" if descending else "pk")


def _beyond(key: Key, value: Any, pk: str, backward: bool) -> Q:
    """Rows after (or before) a position; ids break ties in the direction of the sort."""
    compare = "lt" if key.descending != backward else "gt"
    if value is None:
        ties = Q(**{f"{key.path}__isnull": True}) & Q(**{f"pk__{compare}": pk})
        return ties | Q(**{f"{key.path}__isnull": False}) if backward else ties
    strictly = Q(**{f"{key.path}__{compare}": value})
    ties = Q(**{key.path: value}) & Q(**{f"pk__{compare}": pk})
    beyond = Q(**{f"{key.path}__{compare}e": value}) & (strictly | ties)
    return beyond | Q(**{f"{key.path}__isnull": True}) if key.nullable and not backward else beyond


def _encode(row: Any, key: Key, ordering: str, back: bool) -> str:
    value: Any = row
    for part in key.path.split("__"):
        value = _step(value, part)
    position = {"o": ordering, "value": value, "id": str(row.pk), "back": back}
    return base64.urlsafe_b64encode(json.dumps(position, default=str).encode()).decode().rstrip("=")


def _step(value: Any, part: str) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    return getattr(value, part) if value is not None else None


def _decode(cursor: str, ordering: str) -> dict[str, Any]:
    """orjson, since it refuses lone surrogates, NaN and bottomless nesting, none of which a database takes."""
    try:
        position = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        intact = set(position) == {"o", "value", "id", "back"} and isinstance(position["id"], str)
        intact = intact and not isinstance(position["value"], list | dict) and "\x00" not in str(position["value"])
    except (binascii.Error, ValueError, TypeError):
        intact = False
    if not intact or position["o"] != ordering:
        raise BadRequest("This cursor does not belong to this list.", code="invalid_cursor")
    return position
