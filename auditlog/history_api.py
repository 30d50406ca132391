"""`GET …/{id}/history?field=`: what a field was before, newest first."""

from dataclasses import asdict
from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from auditlog.history import history_of
from crm.core.api.requests import requesting_actor
from crm.core.api.timeline import reading_on
from crm.core.timeline import moment_in

PARAMETERS = {"field", "before"}


class HistoryAction:
    """For a record viewset: `{"next", "results"}`; takes `audit:read` beside the right to read the record."""

    history_parameters: ClassVar[set[str]] = PARAMETERS

    @extend_schema(
        parameters=[OpenApiParameter("field", OpenApiTypes.STR), OpenApiParameter("before", OpenApiTypes.DATETIME)],
        responses=OpenApiTypes.OBJECT,
        filters=False,
    )
    @action(detail=True)
    def history(self, request: Request, pk: str) -> Response:
        params = request._request.GET
        record = self.get_object()  # type: ignore[attr-defined]
        found = history_of(requesting_actor(request), record, params.get("field", ""), moment_in(params))
        url = reading_on(request, found.next_before)
        return Response({"next": url, "results": [asdict(one) for one in found.changes]})
