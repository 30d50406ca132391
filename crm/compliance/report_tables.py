"""A report as a table for paper and spreadsheets."""

from typing import Any

from django.utils.translation import gettext as _

from crm.compliance.exporting import Table
from crm.compliance.reports.shape import Period, Report
from crm.core.actor import Actor


def table_of(actor: Actor, report: Report, period: Period) -> Table:
    asked = {"since": str(period.since), "until": str(period.until)} if report.has_period else {}
    said = report.total_words or str
    facts: list[tuple[str, Any]] = [(_("Period"), period)] if report.has_period else []
    return Table(
        report.name,
        str(report.title),
        report.columns,
        lambda: report.rows(actor, period),
        [*facts, *((said(name), value) for name, value in report.totals(actor, period))],
        asked,
    )
