"""Pages over the whole trail: what happened lately in figures, and the trail as a file."""

from typing import Any

from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from auditlog import wording
from auditlog.analytics import PERIODS, analytics
from auditlog.exporting import FORMATS, export
from auditlog.filters import AuditEventFilters
from auditlog.models import AuditEvent
from crm.core.access import requires
from crm.core.charts import Line, bar_chart, line_chart
from crm.core.errors import BadRequest
from crm.core.formats import short_day
from crm.core.listing import filtered, refuse_unknown
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest

NOT_FILTERS = {"cursor", "ordering", "page_size", "format"}


def days_of(params: QueryDict) -> int:
    """Raises BadRequest for a period that is not offered."""
    refuse_unknown(params, {"days"})
    text = params.get("days") or "30"
    if text not in map(str, PERIODS):
        raise BadRequest(f"days is one of {', '.join(map(str, PERIODS))}.", code="invalid_parameter")
    return int(text)


@requires("audit:read")
class AnalyticsPage(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        days = days_of(request.GET)
        found = analytics(self.actor, days)
        explorer = "/audit/?since=" + str(found.days[0][0])
        context = {
            "days": days,
            "periods": [(1, _("Today")), (7, _("7 days")), (30, _("30 days")), (90, _("90 days"))],
            "total": found.total,
            "by_day": line_chart(
                [Line(_("Events"), [count for _day, count in found.days])],
                [short_day(day) for day, _count in found.days],
                title=_("Events per day"),
            ),
            "by_hour": line_chart(
                [Line(_("Events"), [count for _hour, count in found.hours])],
                [f"{hour}:00" for hour, _count in found.hours],
                title=_("Events by hour of the day"),
            ),
            "by_action": bar_chart(
                [
                    (wording.action_label(action), count, "", f"{explorer}&action={action}")
                    for action, count in found.actions
                ],
                title=_("By action"),
            ),
            "by_person": bar_chart(found.people, title=_("By person")),
            "by_object": bar_chart(
                [
                    (capfirst(wording.noun_of(kind)), count, "", f"{explorer}&object_type={kind}")
                    for kind, count in found.objects
                ],
                title=_("By kind of record"),
            ),
            "readers": bar_chart(found.readers, title=_("Top readers of sensitive data")),
            "failures": bar_chart(found.failures, title=_("Failed sign-ins")),
        }
        return TemplateResponse(request, "auditlog/analytics.html", context)


@requires("audit:export")
class Export(ActorPage):
    """The rows that the explorer shows under the same filters, without an end: `?format=csv` or `jsonl`."""

    def get(self, request: CrmRequest) -> StreamingHttpResponse:
        form = request.GET.get("format") or "csv"
        if form not in FORMATS:
            raise BadRequest(f"format is one of {', '.join(FORMATS)}.", code="invalid_parameter")
        params = request.GET.copy()
        for name in NOT_FILTERS:
            params.pop(name, None)
        refuse_unknown(params, AuditEventFilters.known())
        rows = filtered(self._rows(), AuditEventFilters, params)
        name = f"audit-{timezone.localdate()}.zip"
        return StreamingHttpResponse(
            export(self.actor, rows, {name: str(params[name]) for name in params}, form),
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _rows(self) -> Any:
        """What may be read and exported both."""
        return AuditEvent.objects.for_actor(self.actor) & AuditEvent.objects.for_actor(self.actor, "export")
