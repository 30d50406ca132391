"""`GET /api/v1/search?q=`: one query over customers, contacts, leads and deals."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.core.access import signed_in
from crm.core.api.requests import requesting_actor
from crm.core.api.schema import RecordSchema
from crm.core.errors import BadRequest
from crm.core.global_search import PER_KIND, Group, search
from crm.core.listing import page_size_of, refuse_unknown
from crm.core.searching import SHORTEST_FRAGMENT


class HitSerializer(serializers.Serializer):
    """`matched` names the field that holds the query, `value` is what stands there."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    matched = serializers.CharField()
    value = serializers.CharField()
    url = serializers.CharField()


class GroupSerializer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    items = HitSerializer(many=True)
    more = serializers.BooleanField()


class SearchSerializer(serializers.Serializer):
    query = serializers.CharField()
    groups = GroupSerializer(many=True)


@signed_in("each kind of record asks for its own permission")
class SearchView(APIView):
    schema = RecordSchema()

    @extend_schema(
        operation_id="search",
        responses=SearchSerializer,
        parameters=[
            OpenApiParameter("q", str, required=True, description="A fragment of name, e-mail, phone or company."),
            OpenApiParameter("page_size", int, description="Hits per kind, 1 to 200."),
        ],
    )
    def get(self, request: Request) -> Response:
        params = request._request.GET
        refuse_unknown(params, {"q", "page_size"})
        query = params.get("q", "").strip()
        if len(query) < SHORTEST_FRAGMENT:
            raise BadRequest("Search for two characters at least: ?q=ac", code="invalid_parameter")
        groups = search(requesting_actor(request), query, page_size_of(params, PER_KIND))
        return Response({"query": query, "groups": [_shown(group) for group in groups]})


def _shown(group: Group) -> dict[str, Any]:
    """Links lead to the record in the API."""
    items = [{**asdict(hit), "url": f"/api/v1/{group.name}/{hit.id}"} for hit in group.items]
    return {**asdict(group), "items": [{name: hit[name] for name in HitSerializer().get_fields()} for hit in items]}
