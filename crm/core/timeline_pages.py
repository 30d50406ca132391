"""The timeline as a part of a page: filtered by kind, and read on by `before`."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest
from crm.core.timeline import kind_in, moment_in, timeline_page

KIND_LABELS = (
    ("", _("All")),
    ("note", _("Notes")),
    ("call", _("Calls")),
    ("email", _("E-mails")),
    ("meeting", _("Meetings")),
    ("task", _("Tasks")),
    ("changes", _("Changes")),
)


class TimelinePart(ActorPage):
    """The panel; with `?before=` only the entries that follow."""

    model: ClassVar[type[Any]]
    url_name: ClassVar[str]

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        refuse_unknown(request.GET, {"before", "kind"})
        record = visible(self.model.objects.all(), self.actor, pk)
        context = timeline_context(self.actor, record, self.url_name, request.GET)
        template = "components/timeline_rows.html" if request.GET.get("before") else "components/timeline_panel.html"
        return TemplateResponse(request, template, context)


def timeline_context(actor: Actor, record: Any, url_name: str, params: Any) -> dict[str, Any]:
    """What components/timeline_panel.html shows."""
    kind = kind_in(params)
    page = timeline_page(actor, record, moment_in(params), kind)
    return {
        "entries": page.entries,
        "next_before": page.next_before,
        "kind": kind,
        "kinds": KIND_LABELS,
        "timeline_url": reverse(url_name, args=[record.pk]),
    }
