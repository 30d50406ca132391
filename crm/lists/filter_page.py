"""The page that builds a filter with and/or groups; htmx asks for its fields alone, and puts them into a dialog."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from crm.core.access import requires
from crm.core.condition_queries import query_of
from crm.core.conditions import filterables, parse
from crm.core.errors import BadRequest, Forbidden
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest
from crm.lists.builder import ROOT, Builder, from_form, from_json, shown
from crm.lists.registry import list_named
from crm.lists.views import ANY_LIST


@requires(*ANY_LIST)
class FilterPage(ActorPage):
    """`query` is what the list shows; `do` is what was pressed: add, group, remove-3, apply, or nothing yet."""

    def get(self, request: CrmRequest) -> HttpResponse:
        page = list_named(request.GET.get("resource", ""))
        if not self.actor.may(f"{page.model.RESOURCE}:read"):
            raise Forbidden("You may not read this list.")
        known = filterables(self.actor, page.filters)
        query = QueryDict(request.GET.get("query", ""), mutable=True)
        if "do" not in request.GET:
            return self.render(page, self._found(page, query, known), query)
        builder = from_form(request.GET, known)
        if request.GET["do"] == "apply":
            return self.apply(page, builder, query)
        return self.render(page, pressed(builder, request.GET["do"]), query)

    def _found(self, page: type[Any], query: QueryDict, known: dict[str, Any]) -> Builder:
        """From the list's own filter; a list without one begins with a condition to fill in."""
        text = query.get("filter", "")
        if text:
            parse(text, self.actor, page.filters)
        return from_json(text, known) if text else Builder(known=known).added(ROOT)

    def apply(self, page: type[Any], builder: Builder, query: QueryDict) -> HttpResponse:
        text = builder.as_json()
        query.pop("filter", None)
        query.pop("cursor", None)
        try:
            if text:
                query_of(parse(text, self.actor, page.filters), self.actor, page.model)
                query["filter"] = text
        except BadRequest as error:
            return self.render(page, builder, query, [one["message"] for one in error.details], 422)
        # Without a parameter the list would open in one's default view.
        query.setdefault("ordering", page.filters.orderings()[0])
        return redirect(f"{reverse(page.list_url)}?{query.urlencode()}")

    def render(
        self, page: type[Any], builder: Builder, query: QueryDict, faults: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        rows = [shown(row, number, builder, self.actor) for number, row in enumerate(builder.rows)]
        groups = [
            {"number": number, "match": match, "rows": [row for row in rows if row["group"] == str(number)]}
            for number, match in enumerate(builder.groups)
        ]
        context = {
            "builder": builder,
            "fields": [(one.name, one.label) for one in builder.known.values()],
            "root_rows": [row for row in rows if row["group"] == ROOT],
            "groups": groups,
            "faults": faults,
            "resource": page.model.RESOURCE,
            "query": query.urlencode(),
            "list_path": reverse(page.list_url),
        }
        template = "lists/filter_builder.html" if self.request.headers.get("HX-Request") else "lists/filter_page.html"
        return TemplateResponse(self.request, template, context, status=status, headers={"Vary": "HX-Request"})


def pressed(builder: Builder, button: str) -> Builder:
    """`add`, `add-0` (into the first group), `group`, `remove-3`; anything else only shows what was typed."""
    word, _dash, number = button.partition("-")
    if word == "add":
        return builder.added(number if number in {str(one) for one in range(len(builder.groups))} else ROOT)
    if word == "group":
        return builder.grouped()
    if word == "remove" and number.isascii() and number.isdigit():
        return builder.without(int(number[:4]))
    return builder
