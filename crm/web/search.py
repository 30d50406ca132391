"""Search over every kind of record: a page, and the rows that the command palette shows while typing."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst

from crm.core.access import signed_in
from crm.core.errors import BadRequest
from crm.core.global_search import Group, search
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
    if fragment == "palette":
        context: dict[str, Any] = {"groups": search(request.actor, query)}
        return TemplateResponse(request, "components/palette_results.html", context)
    if fragment:
        raise BadRequest("fragment is palette, or nothing.", code="invalid_parameter")
    groups = [_on_page(group, query) for group in search(request.actor, query, ON_PAGE)]
    context = {"query": query, "groups": groups, "is_too_short": 0 < len(query) < SHORTEST_FRAGMENT}
    return TemplateResponse(request, "web/search.html", context)


def _on_page(group: Group, query: str) -> dict[str, Any]:
    """`matched` in words, and only where the title or the line beside it does not show it already."""
    items = [
        {
            "hit": hit,
            "matched": capfirst(hit.matched.replace("_", " ")),
            "is_hidden": hit.value not in (hit.title, hit.subtitle) and hit.value not in hit.title,
        }
        for hit in group.items
    ]
    more = f"{reverse(f'{group.name}:list')}?{urlencode({'search': query})}" if group.more else ""
    return {"label": group.label, "entries": items, "more": more}
