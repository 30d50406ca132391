"""Which records an export takes: those of a list with its filters, or those somebody ticked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.core.actor import Actor
from crm.core.canaries import reached
from crm.core.condition_words import in_words as conditions_in_words
from crm.core.conditions import parse
from crm.core.errors import BadRequest, Forbidden, Invalid, invalid_field
from crm.core.listing import listed, ordering_of, refuse_unknown
from crm.core.selection import POSITIONS, filters_of
from crm.transfer.exports.exporters import Exporter, exporters

Filters = Mapping[str, str]


# (who asks, resource, the view's id) → the parameters of what it shows. Raises NotFound.
Views = Callable[[Actor, str, UUID], QueryDict]
_views: list[Views] = []


def read_views_with(views: Views) -> None:
    """Called by crm.wiring only: views lie above."""
    _views[:] = [views]


def filters_of_view(actor: Actor, resource: str, pk: UUID) -> dict[str, str]:
    """What a saved view shows, as filters, for whoever may open it. Raises NotFound."""
    return filters_of(_views[0](actor, resource, pk).urlencode())


def exporter_for(actor: Actor, resource: str) -> Exporter:
    """Raises Invalid for what cannot be exported, Forbidden for what this actor may not export."""
    if resource not in exporters():
        raise invalid_field("resource", f"Choose one of: {', '.join(exporters())}.", "invalid_choice")
    for action in ("read", "export"):
        verdict = actor.may(f"{resource}:{action}")
        if not verdict:
            raise Forbidden(f"Not allowed: {verdict.reason}.")  # type: ignore[union-attr]
    return exporters()[resource]


def chosen_rows(actor: Actor, exporter: Exporter, filters: Filters, ids: Sequence[str]) -> tuple[QuerySet[Any], str]:
    """Rows and their ordering. Raises Invalid that names each filter in fault.

    With canaries, always: who takes records out of the house has asked for them, whatever they are narrowed by.
    """
    params = as_query(filters)
    action = min(("read", "export"), key=lambda one: actor.reach(f"{exporter.resource}:{one}"))
    rows = reached(exporter.model.objects, actor, action, via="export")
    try:
        refuse_unknown(params, exporter.filters.known() - set(POSITIONS))
        ordering = ordering_of(params, exporter.filters.orderings())
        if ids:
            return rows.filter(pk__in=ids), ordering
        return listed(rows, exporter.filters, params, actor), ordering
    except BadRequest as refusal:
        details = [{**detail, "field": f"filters.{detail['field']}"} for detail in refusal.details]
        fault = {"field": "filters", "code": refusal.code, "message": refusal.message}
        raise Invalid(refusal.message, details=details or [fault]) from None


def as_query(filters: Filters) -> QueryDict:
    params = QueryDict(mutable=True)
    params.update({name: value for name, value in filters.items() if value != ""})
    return params


def in_words(actor: Actor, exporter: Exporter, filters: Filters, ids: Sequence[str]) -> list[str]:
    """`Status: Active`, `Search: acme`, `Sorted by name`: what somebody reads on the manifest."""
    said = [_("%(count)s chosen by hand") % {"count": len(ids)}] if ids else list(_narrowed(actor, exporter, filters))
    ordering = ordering_of(filters, exporter.filters.orderings())
    field = ordering.removeprefix("-").replace("_", " ")
    falling = _("Sorted by %(field)s, falling") if ordering.startswith("-") else _("Sorted by %(field)s")
    return [*(said or [_("Everything")]), falling % {"field": field}]


def _narrowed(actor: Actor, exporter: Exporter, filters: Filters) -> Iterator[str]:
    bound = exporter.filters(as_query(filters), queryset=exporter.model.objects.none())
    bound.form.is_valid()
    for name, value in filters.items():
        if name == "search":
            yield _("Search: %(text)s") % {"text": value}
        elif name == "filter" and value:
            yield from conditions_in_words(parse(value, actor, exporter.filters), actor)
        elif name == "archived":
            yield _("Archived: %(choice)s") % {"choice": value}
        elif name in bound.form.fields:
            field = bound.form.fields[name]
            shown = bound.form.cleaned_data.get(name)
            choices = {str(key): str(text) for key, text in getattr(field, "choices", ()) if key}
            label = str(field.label or name.replace("__", " ").replace("_", " ")).capitalize()
            yield f"{label}: {choices.get(value) or (shown if shown is not None else value)}"
