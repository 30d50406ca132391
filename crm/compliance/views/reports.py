"""Pages of the reports: which there are, one with its first rows, and its files."""

from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from crm.compliance.exporting import FORMS, as_file
from crm.compliance.report_tables import table_of
from crm.compliance.reports import REPORTS, report_named
from crm.compliance.reports.shape import Cell, Period, Report, Row, period_of
from crm.core.access import requires
from crm.core.actor import Actor
from crm.core.errors import NotFound
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest

SHOWN = 200


@requires("compliance:read")
class ReportList(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        return TemplateResponse(request, "compliance/reports.html", {"reports": REPORTS.values()})


@requires("compliance:read")
class ReportDetail(ActorPage):
    def get(self, request: CrmRequest, name: str) -> HttpResponse:
        report = report_named(name)
        period = period_of(request.GET, report)
        rows = list(islice(iter(report.rows(self.actor, period)), SHOWN + 1))
        context: dict[str, Any] = {
            "report": report,
            "period": period,
            "totals": _totals(report, self.actor, period),
            "rows": [_cells(report, row) for row in rows[:SHOWN]],
            "has_more": len(rows) > SHOWN,
            "shown": SHOWN,
        }
        return TemplateResponse(request, "compliance/report.html", context)


def _cells(report: Report, row: Row) -> list[tuple[Cell, Any, Any]]:
    """(column, what is read, the name in code where that is another)."""
    pairs = zip(report.columns, row, strict=True)
    return [(cell, cell.said(value), value if cell.words else "") for cell, value in pairs]


def _totals(report: Report, actor: Actor, period: Period) -> list[tuple[str, Any, str]]:
    said = report.total_words
    return [(said(name) if said else name, value, name if said else "") for name, value in report.totals(actor, period)]


@requires("compliance:export")
class ReportFile(ActorPage):
    def get(self, request: CrmRequest, name: str, form: str) -> HttpResponseBase:
        if form not in FORMS:
            raise NotFound()
        report = report_named(name)
        return as_file(self.actor, table_of(self.actor, report, period_of(request.GET, report)), form)
