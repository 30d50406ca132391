"""SOC 2 CC6.2 and CC6.3: who has what today, since when, by whom, and when it was last used."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from crm.compliance.entitlements import FACTOR, SSO, entitlements, people_for
from crm.compliance.models import ItemKind
from crm.compliance.privileged import is_privileged
from crm.compliance.reports.shape import Cell, Facts, Period, Report, Row
from crm.core.actor import Actor

KINDS = {
    **dict(ItemKind.choices),
    SSO: gettext_lazy("Single sign-on"),
    FACTOR: gettext_lazy("Second factor"),
}


def rows(actor: Actor, period: Period) -> Iterator[Row]:
    for one in entitlements(people_for(actor), timezone.now()):
        yield (
            str(one.person), one.person.email, KINDS[one.kind], one.label, one.detail,
            _("yes") if one.is_privileged else "", one.granted_at, one.granted_by, one.last_used_at,
        )  # fmt: skip


def totals(actor: Actor, period: Period) -> Facts:
    people = people_for(actor)
    roles = [pk for pk, grants in Role.objects.values_list("pk", "grants") if is_privileged(grants)]
    return [
        (_("Active accounts"), people.count()),
        (_("In a privileged role"), people.filter(role__in=roles).count()),
        (_("Without a role"), people.filter(role=None).count()),
    ]


REPORT = Report(
    "soc2-access-review",
    gettext_lazy("Access review (SOC 2)"),
    gettext_lazy("Who has which role, team, key, application, provider and factor, since when and by whom."),
    (
        Cell("person", gettext_lazy("Person"), 1.4),
        Cell("email", gettext_lazy("E-mail"), 2),
        Cell("kind", gettext_lazy("Kind"), 1),
        Cell("what", gettext_lazy("What"), 1.5),
        Cell("detail", gettext_lazy("Detail"), 2.2),
        Cell("privileged", gettext_lazy("Privileged"), 0.8),
        Cell("since", gettext_lazy("Since"), 1.2),
        Cell("granted_by", gettext_lazy("Granted by"), 1.4),
        Cell("last_used_at", gettext_lazy("Last used"), 1.2),
    ),
    rows,
    totals,
    has_period=False,
)
