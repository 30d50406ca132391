"""The reports there are, by name."""

from crm.compliance.reports import access, accounts, gdpr, trail
from crm.compliance.reports.shape import Report
from crm.core.errors import NotFound

REPORTS: dict[str, Report] = {
    one.name: one
    for one in (
        access.REPORT,
        trail.PERMISSION_CHANGES,
        gdpr.REPORT,
        trail.SIGN_IN_SUMMARY,
        trail.EXPORTS,
        accounts.DORMANT,
        accounts.KEY_AGES,
    )
}


def report_named(name: str) -> Report:
    """Raises NotFound."""
    if name not in REPORTS:
        raise NotFound("There is no report of that name.")
    return REPORTS[name]
