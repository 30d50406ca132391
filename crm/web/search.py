"""Search over every kind of record: a page, and the rows that the command palette shows while typing."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from crm.core.access import signed_in
from crm.core.errors import BadRequest
from crm.core.global_search import PER_KIND, Group, search
from crm.core.listing import refuse_unknown
from crm.core.requests import CrmRequest
from crm.core.searching import SHORTEST_FRAGMENT

ON_PAGE = 10
LONGEST_QUERY = 200


@signed_in("each kind of record asks for its own permission")
def search_page(request: CrmRequest) -> HttpResponse:
    refuse_unknown(request.GET, {"q", "fragment"})
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    fragment = request.GET.get("fragment", "")
    if fragment not in ("", "palette"):
        raise BadRequest("fragment is palette, or nothing.", code="invalid_parameter")
    found = search(request.actor, query, PER_KIND if fragment else ON_PAGE)
    context: dict[str, Any] = {"query": query, "similar": found.similar, "groups": found.groups}
    if fragment:
        return TemplateResponse(request, "components/palette_results.html", context)
    context["cards"] = [(group, _list_of(group, query)) for group in found.groups]
    context["is_too_short"] = 0 < len(query) < SHORTEST_FRAGMENT
    return TemplateResponse(request, "web/search.html", context)


def _list_of(group: Group, query: str) -> str:
    """Where the rest is shown, if there is any."""
    if not group.more or group.kind.rest is None:
        return ""
    return f"{reverse(f'{group.kind.name}:list')}?{urlencode({'search': query, **group.kind.rest})}"
