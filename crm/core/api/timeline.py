"""`GET …/{id}/timeline`: what happened around a record, newest first."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.requests import requesting_actor
from crm.core.timeline import KINDS, Entry, kind_in, moment_in, timeline_page

PARAMETERS = {"before", "kind"}
HIDDEN = ("id", "manage_url")


class TimelineAction:
    """For a record viewset: `{"next", "results"}`; `?kind=` filters, `next` reads on."""

    timeline_parameters: ClassVar[set[str]] = PARAMETERS

    @extend_schema(
        parameters=[
            OpenApiParameter("kind", OpenApiTypes.STR, enum=KINDS),
            OpenApiParameter("before", OpenApiTypes.DATETIME),
        ],
        responses=OpenApiTypes.OBJECT,
        filters=False,
    )
    @action(detail=True)
    def timeline(self, request: Request, pk: str) -> Response:
        params = request._request.GET
        record = self.get_object()  # type: ignore[attr-defined]
        page = timeline_page(requesting_actor(request), record, moment_in(params), kind_in(params))
        url = reading_on(request, page.next_before)
        return Response({"next": url, "results": [_shown(entry) for entry in page.entries]})


def reading_on(request: Request, before: datetime | None) -> str | None:
    """The same address with `?before=` this moment; nothing at the end."""
    if before is None:
        return None
    query = request._request.GET.copy()
    query["before"] = before.isoformat()
    return str(request.build_absolute_uri(f"{request.path}?{query.urlencode()}"))


def _shown(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in asdict(entry).items() if name not in HIDDEN}
