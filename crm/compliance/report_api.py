"""`/api/v1/compliance/reports`: which there are, each as JSON, PDF and CSV."""

from itertools import islice
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.compliance.exporting import as_file
from crm.compliance.report_tables import table_of
from crm.compliance.reports import REPORTS, report_named
from crm.compliance.reports.shape import Report, period_of
from crm.compliance.serializers import ReportListSerializer, ReportSerializer
from crm.core.access import requires
from crm.core.api.requests import requesting_actor
from crm.core.api.schema import RecordSchema
from crm.core.listing import refuse_unknown

SHOWN = 1000
BASE = "/api/v1/compliance/reports"
SINCE = OpenApiParameter("since", OpenApiTypes.DATE, description="First day; 90 days before the last one unless given.")
UNTIL = OpenApiParameter("until", OpenApiTypes.DATE, description="Last day, included; today unless given.")
PERIOD = [SINCE, UNTIL]


class ReportSchema(RecordSchema):
    """In these addresses stands the name of a report, not an id."""

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        schema = {"type": "string", "enum": list(REPORTS)}
        return [{"in": "path", "name": name, "required": True, "schema": schema} for name in variables]


@requires("compliance:read")
class ReportListView(APIView):
    schema = RecordSchema()

    @extend_schema(operation_id="compliance_reports_list", responses=ReportListSerializer)
    def get(self, request: Request) -> Response:
        refuse_unknown(request._request.GET, set())
        return Response({"results": [_summary(report) for report in REPORTS.values()]})


@requires("compliance:read")
class ReportView(APIView):
    """Reports of the present (`soc2-access-review`, `gdpr-record`, `dormant-accounts`, `key-ages`) take no period."""

    schema = ReportSchema()

    @extend_schema(operation_id="compliance_reports_retrieve", parameters=PERIOD, responses=ReportSerializer)
    def get(self, request: Request, name: str) -> Response:
        actor, report = requesting_actor(request), report_named(name)
        period = period_of(request._request.GET, report)
        rows = list(islice(iter(report.rows(actor, period)), SHOWN + 1))
        names = [column.name for column in report.columns]
        return Response(
            {
                "name": report.name,
                "title": report.title,
                "since": period.since if report.has_period else None,
                "until": period.until if report.has_period else None,
                "generated_at": timezone.now(),
                "columns": _columns(report),
                "totals": [{"name": name, "value": value} for name, value in report.totals(actor, period)],
                "rows": [dict(zip(names, row, strict=True)) for row in rows[:SHOWN]],
                "is_complete": len(rows) <= SHOWN,
            }
        )


class ReportFileView(APIView):
    schema = ReportSchema()
    form = ""

    def get(self, request: Request, name: str) -> HttpResponseBase:
        actor, report = requesting_actor(request), report_named(name)
        return as_file(actor, table_of(actor, report, period_of(request._request.GET, report)), self.form)


@requires("compliance:export")
class ReportPdfView(ReportFileView):
    form = "pdf"

    @extend_schema(
        operation_id="compliance_reports_pdf",
        parameters=PERIOD,
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, name: str) -> HttpResponseBase:
        return super().get(request, name)


@requires("compliance:export")
class ReportCsvView(ReportFileView):
    form = "csv"

    @extend_schema(
        operation_id="compliance_reports_csv", parameters=PERIOD, responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request, name: str) -> HttpResponseBase:
        return super().get(request, name)


def _summary(report: Report) -> dict[str, Any]:
    address = f"{BASE}/{report.name}"
    return {
        "name": report.name,
        "title": report.title,
        "about": report.about,
        "parameters": [{"name": one.name, "about": one.description} for one in PERIOD] if report.has_period else [],
        "columns": _columns(report),
        "url": address,
        "formats": {"json": address, "pdf": f"{address}/pdf", "csv": f"{address}/csv"},
    }


def _columns(report: Report) -> list[dict[str, Any]]:
    return [{"name": column.name, "heading": column.label} for column in report.columns]
