"""Deleting for good: what would go with a record, what stands in the way, and the page that asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from crm.core.errors import Conflict
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest

Counted = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Consequences:
    """(name of the records, how many): deleted too, in the way, or kept without the link."""

    deleted: Counted
    in_the_way: Counted
    unlinked: Counted


def consequences_of(record: Any) -> Consequences:
    """One count per kind of record that points here."""
    counted: dict[Any, Counted] = {models.CASCADE: [], models.PROTECT: [], models.SET_NULL: []}
    for relation in record._meta.related_objects:
        how = getattr(relation, "on_delete", None)
        if how in counted and relation.related_model._meta.managed:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: record})
            if count := rows.count():
                counted[how].append((str(relation.related_model._meta.verbose_name_plural), count))
    return Consequences(counted[models.CASCADE], counted[models.PROTECT], counted[models.SET_NULL])


class DeletePage(ActorPage):
    """`GET` tells what goes, `POST` deletes; there is no way back, so archiving is offered beside it."""

    model: ClassVar[type[Any]]
    service: ClassVar[Callable[..., Any]]
    list_url: ClassVar[str]
    detail_url: ClassVar[str]

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        record = visible(self.model.objects.all(), self.actor, pk, "delete")
        return self._ask(record)

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        record = visible(self.model.objects.all(), self.actor, pk)
        name = str(record)
        try:
            type(self).service(self.actor, pk)
        except Conflict as refusal:
            messages.error(request, refusal.message)
            return redirect(self.detail_url, pk=pk)
        messages.success(request, f"{name} was deleted for good.")
        return redirect(self.list_url)

    def _ask(self, record: Any) -> HttpResponse:
        context = {
            "record": record,
            "noun": self.model._meta.verbose_name,
            "plural": self.model._meta.verbose_name_plural,
            "consequences": consequences_of(record),
            "list_url": reverse(self.list_url),
            "detail_url": reverse(self.detail_url, kwargs={"pk": record.pk}),
        }
        return TemplateResponse(self.request, "components/delete_page.html", context)
