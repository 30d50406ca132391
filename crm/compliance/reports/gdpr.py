"""GDPR article 30: what is done with personal data as the company describes it, and what the tables really hold."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.compliance.inventory import holdings
from crm.compliance.models import ProcessingActivity
from crm.compliance.reports.shape import Cell, Facts, Period, Report, Row
from crm.core.actor import Actor


def rows(actor: Actor, period: Period) -> Iterator[Row]:
    for one in ProcessingActivity.objects.for_actor(actor):
        yield (
            one.name, one.purpose, one.people, one.data, one.get_lawful_basis_display(), one.recipients,
            one.transfers, one.retention, one.security_measures,
        )  # fmt: skip
    for held in holdings():
        table = _("Table {table}").format(table=held.table)
        yield table, _("Generated from the product's own models"), held.model, ", ".join(held.fields), "", "", "", \
            held.kept, ""  # fmt: skip


def totals(actor: Actor, period: Period) -> Facts:
    return [
        (_("Processing activities"), ProcessingActivity.objects.for_actor(actor).count()),
        (_("Tables with personal data"), sum(1 for _one in holdings())),
    ]


REPORT = Report(
    "gdpr-record",
    gettext_lazy("Record of processing (GDPR, article 30)"),
    gettext_lazy("What is done with personal data, why and on which basis; and which tables hold them, for how long."),
    (
        Cell("name", gettext_lazy("Activity or table"), 1.3),
        Cell("purpose", gettext_lazy("Purpose"), 1.8),
        Cell("people", gettext_lazy("People"), 1.3),
        Cell("data", gettext_lazy("Data"), 1.8),
        Cell("lawful_basis", gettext_lazy("Basis"), 1),
        Cell("recipients", gettext_lazy("Recipients"), 1.2),
        Cell("transfers", gettext_lazy("Transfers"), 1),
        Cell("retention", gettext_lazy("Kept for"), 1.3),
        Cell("security_measures", gettext_lazy("Security"), 1.5),
    ),
    rows,
    totals,
    has_period=False,
)
