"""What pages and API share when they list: strict parameters, search, filters, ordering, one page."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db import models
from django.http import QueryDict

from crm.core.actor import Actor
from crm.core.condition_queries import query_of
from crm.core.conditions import parse
from crm.core.custom_fields.filtering import narrowed, orderings_of, parameters_of
from crm.core.errors import BadRequest
from crm.core.paging import DEFAULT_SIZE, LARGEST_SIZE
from crm.core.sampling import are_few
from crm.core.searching import matching

RESERVED = {"page_size", "cursor", "ordering", "search", "fields", "expand", "count", "archived", "filter"}


class RecordFilters(django_filters.FilterSet):
    """Filters of one resource. `Meta.orderings` is the allow-list, its first entry the default."""

    @classmethod
    def orderings(cls) -> tuple[str, ...]:
        return (*cls.Meta.orderings, *orderings_of(cls.Meta.model))  # type: ignore[attr-defined]

    @classmethod
    def known(cls) -> set[str]:
        """What may stand in the query; `search` and `archived` only where the model has them."""
        columns = {field.name for field in cls.Meta.model._meta.get_fields()}  # type: ignore[attr-defined]
        needed = {"search": "search_text", "archived": "archived_at"}
        missing = {name for name, column in needed.items() if column not in columns}
        missing |= set() if hasattr(cls.Meta, "conditions") else {"filter"}  # type: ignore[attr-defined]
        return (RESERVED - missing) | set(cls.base_filters) | parameters_of(cls.Meta.model)  # type: ignore[attr-defined]


def refuse_unknown(params: QueryDict, known: set[str]) -> None:
    """Raises BadRequest (`unknown_parameter`) that names each parameter nobody reads."""
    unknown = sorted(set(params) - known)
    if unknown:
        message = f"Known here: {', '.join(sorted(known))}." if known else "This address takes no parameters."
        details = [{"field": name, "code": "unknown_parameter", "message": message} for name in unknown]
        raise BadRequest(f"Unknown parameters: {', '.join(unknown)}.", code="unknown_parameter", details=details)


def searched(
    rows: models.QuerySet[Any], filters: type[RecordFilters], params: QueryDict, actor: Actor
) -> models.QuerySet[Any]:
    """Narrowed by `search`, unless the filters bring a search of their own, and by custom fields."""
    rows = narrowed(rows, params, actor)
    search = _searched_for(filters, params)
    return matching(rows, search, actor) if search else rows


def finds_few(
    rows: models.QuerySet[Any], filters: type[RecordFilters], params: Mapping[str, Any], actor: Actor
) -> bool:
    """Whether `rows`, which a search found, are better found as a whole and sorted."""
    search = _searched_for(filters, params)
    return bool(search) and are_few(matching(rows.model._base_manager.all(), search, actor), rows)


def _searched_for(filters: type[RecordFilters], params: Mapping[str, Any]) -> str:
    return "" if "search" in filters.base_filters else params.get("search", "").strip()


def conditioned(
    rows: models.QuerySet[Any], filters: type[RecordFilters], params: QueryDict, actor: Actor
) -> models.QuerySet[Any]:
    """Narrowed by `filter`, conditions with and/or groups as JSON. Raises BadRequest (`invalid_filter`), Forbidden."""
    text = params.get("filter", "")
    return rows.filter(query_of(parse(text, actor, filters), actor, rows.model)) if text else rows


def listed(
    rows: models.QuerySet[Any], filters: type[RecordFilters], params: QueryDict, actor: Actor
) -> models.QuerySet[Any]:
    """Of `rows`, which are within the actor's reach, those that a list with these parameters shows.

    Raises BadRequest, Forbidden.
    """
    rows = conditioned(searched(unarchived(rows, params), filters, params, actor), filters, params, actor)
    return filtered(rows, filters, params)


def unarchived(rows: models.QuerySet[Any], params: QueryDict) -> models.QuerySet[Any]:
    """Active rows, or as `archived` says: true, false, any."""
    choice = params.get("archived") or "false"
    if choice not in ("true", "false", "any"):
        raise BadRequest("archived is true, false or any.", code="invalid_parameter")
    if choice == "any" or not hasattr(rows.model, "archived_at"):
        return rows
    return rows.filter(archived_at__isnull=choice == "false")


def filtered(rows: models.QuerySet[Any], filters: type[RecordFilters], params: QueryDict) -> models.QuerySet[Any]:
    """Raises BadRequest (`invalid_parameter`) for a filter value of the wrong type."""
    bound = filters(params, queryset=rows)
    if not bound.is_valid():
        raise BadRequest("A filter has a wrong value.", code="invalid_parameter", details=_faults(bound))
    return bound.qs


def _faults(bound: RecordFilters) -> list[dict[str, str]]:
    return [
        {"field": field, "code": error.code or "invalid", "message": " ".join(error.messages)}
        for field, errors in bound.form.errors.as_data().items()
        for error in errors
    ]


def ordering_of(params: Mapping[str, Any], allowed: tuple[str, ...]) -> str:
    """`allowed` lists names without sign, except the default, which is first and may carry one."""
    ordering = params.get("ordering") or allowed[0]
    if ordering.removeprefix("-") not in {name.removeprefix("-") for name in allowed}:
        names = ", ".join(name.removeprefix("-") for name in allowed)
        raise BadRequest(f"Order by one of: {names}.", code="invalid_ordering")
    return ordering


def page_size_of(params: Mapping[str, Any], default: int = DEFAULT_SIZE) -> int:
    """1 to 200; more is capped, what is not a number is refused."""
    text = params.get("page_size") or str(default)
    if not text.isascii() or not text.isdigit() or int(text[:10]) < 1:
        raise BadRequest("page_size is a number from 1 to 200.", code="invalid_parameter")
    return min(int(text[:10]), LARGEST_SIZE)
