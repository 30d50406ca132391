"""The page of a record's history, of one field or of all."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from auditlog.history import fields_of, history_of
from crm.core.actor import Actor
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest
from crm.core.timeline import moment_in


class HistoryPage(ActorPage):
    """`detail_url` leads back to the record. Declared with `audit:read`; the record has to be visible, too."""

    model: ClassVar[type[Any]]
    detail_url: ClassVar[str]

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        refuse_unknown(request.GET, {"field", "before"})
        record = visible(self.model.objects.all(), self.actor, pk)
        field = request.GET.get("field", "")
        found = history_of(self.actor, record, field, moment_in(request.GET))
        context = {
            "record": record,
            "changes": found.changes,
            "next_before": found.next_before,
            "field": field,
            "fields": fields_of(self.actor, record),
            "record_url": reverse(self.detail_url, args=[record.pk]),
        }
        return TemplateResponse(request, "auditlog/history.html", context)


def history_url(actor: Actor, view: str, record: Any) -> str:
    """Empty for who may not read the trail."""
    return reverse(view, args=[record.pk]) if actor.may("audit:read") else ""
