"""Lists in the API: the filter backend and the paginator, on top of crm.core.listing and crm.core.paging."""

from typing import Any

from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.errors import BadRequest
from crm.core.listing import (
    conditioned,
    filtered,
    finds_few,
    ordering_of,
    page_size_of,
    refuse_unknown,
    searched,
    unarchived,
)
from crm.core.paging import bounded_count, paginate


class RecordFilterBackend(DjangoFilterBackend):
    """Refuses unknown parameters, then narrows by `search`, `archived` and the declared filters."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        params = request._request.GET
        refuse_unknown(params, view.filterset_class.known())
        narrowed = searched(unarchived(queryset, params), view.filterset_class, params, view.actor)
        narrowed = conditioned(narrowed, view.filterset_class, params, view.actor)
        return filtered(narrowed, view.filterset_class, params)


class KeysetPagination(BasePagination):
    """`{"next", "previous", "results"}`, with `count` and `count_is_estimate` on `?count=true`."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        params = request._request.GET
        ordering = ordering_of(params, view.filterset_class.orderings())
        self.request = request
        if params.get("count", "false") not in ("true", "false"):
            raise BadRequest("count is true or false.", code="invalid_parameter")
        self.count = bounded_count(queryset) if params.get("count") == "true" else None
        few = finds_few(queryset, view.filterset_class, params, view.actor)
        self.page = paginate(queryset, ordering, params.get("cursor"), page_size_of(params), few)
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        body = {"next": self._url(self.page.next_cursor), "previous": self._url(self.page.previous_cursor)}
        if self.count is not None:
            body |= {"count": self.count[0], "count_is_estimate": self.count[1]}  # type: ignore[dict-item]
        return Response({**body, "results": data})

    def _url(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        params = self.request._request.GET.copy()
        params["cursor"] = cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{params.urlencode()}")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {
            "next": link,
            "previous": link,
            "count": {"type": "integer"},
            "count_is_estimate": {"type": "boolean"},
            "results": schema,
        }
        return {"type": "object", "required": ["next", "previous", "results"], "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        names = {
            "cursor": "string",
            "page_size": "integer",
            "ordering": "string",
            "search": "string",
            "fields": "string",
            "expand": "string",
            "count": "boolean",
            "archived": "string",
            "filter": "string",
        }
        return [
            {"name": name, "in": "query", "required": False, "schema": {"type": kind}} for name, kind in names.items()
        ]
