"""`GET /api/v1/search?q=`: one query over customers, contacts, leads, deals, activities, notes and documents."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.core.access import signed_in
from crm.core.actor import Actor
from crm.core.api.requests import requesting_actor
from crm.core.api.schema import RecordSchema
from crm.core.errors import BadRequest
from crm.core.global_search import PER_KIND, Group, Hit, kinds_for, search
from crm.core.listing import page_size_of, refuse_unknown
from crm.core.searching import SHORTEST_FRAGMENT


class MatchSerializer(serializers.Serializer):
    """`value` is what stands in the field (of a long text the part around the hit); `snippet` the same, escaped for
    HTML and with the hit in `<mark>`."""

    field = serializers.CharField()
    value = serializers.CharField()
    snippet = serializers.CharField()


class HitSerializer(serializers.Serializer):
    """`matched` and `value` are the first of `matches`: where each word of the query was found."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    matched = serializers.CharField()
    value = serializers.CharField()
    matches = MatchSerializer(many=True)
    url = serializers.CharField()


class GroupSerializer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    items = HitSerializer(many=True)
    more = serializers.BooleanField()


class SearchSerializer(serializers.Serializer):
    query = serializers.CharField()
    similar = serializers.BooleanField(help_text="Nothing holds the words; the hits do but for a slip in each.")
    groups = GroupSerializer(many=True)


@signed_in("each kind of record asks for its own permission")
class SearchView(APIView):
    schema = RecordSchema()

    @extend_schema(
        operation_id="search",
        responses=SearchSerializer,
        parameters=[
            OpenApiParameter(
                "q",
                str,
                required=True,
                description="Words or fragments: of a name, e-mail, phone, tax id, note, title of a document …",
            ),
            OpenApiParameter("kinds", str, description="Only these, such as `customers,contacts`."),
            OpenApiParameter("page_size", int, description="Hits per kind, 1 to 200."),
        ],
    )
    def get(self, request: Request) -> Response:
        params = request._request.GET
        refuse_unknown(params, {"q", "kinds", "page_size"})
        query = params.get("q", "").strip()
        if len(query) < SHORTEST_FRAGMENT:
            raise BadRequest("Search for two characters at least: ?q=ac", code="invalid_parameter")
        actor = requesting_actor(request)
        among = kinds_named(actor, params.get("kinds", ""))
        found = search(actor, query, page_size_of(params, PER_KIND), among)
        groups = [_shown(group) for group in found.groups]
        return Response({"query": query, "similar": found.similar, "groups": groups})


def kinds_named(actor: Actor, text: str) -> set[str] | None:
    """None for all. Raises BadRequest for a kind that there is not, or that the actor may not read."""
    named, known = {name for name in text.split(",") if name}, [kind.name for kind in kinds_for(actor)]
    if named - set(known):
        raise BadRequest(f"kinds are of: {', '.join(known)}.", code="invalid_parameter")
    return named or None


def _shown(group: Group) -> dict[str, Any]:
    items = [_hit(group, hit) for hit in group.items]
    return {"name": group.kind.name, "label": group.kind.label, "items": items, "more": group.more}


def _hit(group: Group, hit: Hit) -> dict[str, Any]:
    """Links lead to the record in the API."""
    matches = [{"field": one.field, "value": one.value, "snippet": one.snippet} for one in hit.matches]
    first = matches[0] if matches else {"field": "", "value": ""}
    return {
        "id": hit.id,
        "title": hit.title,
        "subtitle": hit.subtitle,
        "matched": first["field"],
        "value": first["value"],
        "matches": matches,
        "url": f"/api/v1/{group.kind.name}/{hit.id}",
    }
