"""An alert is told once, by e-mail, to everybody who can act on it; the outbox sends it after the commit."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from auditlog.alerts.data import BY_NAME
from auditlog.alerts.explaining import explanation
from auditlog.alerts.findings import ORDER
from auditlog.alerts.people import guards
from auditlog.models import Alert, AnomalyRule, Severity
from auditlog.models.rules import NEVER
from crm.outbox.mail import send
from crm.outbox.mail_kinds import MailKind, Variable
from crm.outbox.models import Priority

# No address or name in the subject: it is shown on locked screens.
SECURITY_ALERT = MailKind(
    name="security_alert",
    label=_("Security alert"),
    about=_("To everybody who can act on an alert that is grave enough for its rule."),
    subject=_("{{ product }}: {{ label }}"),
    text=_("""{{ label }} ({{ severity }})

{{ explanation }}

What can be done about it:

{{ link }}

You get this because your role may act on security alerts."""),
    html=_("""<h2>{{ label }}</h2>
<p class="box">{{ explanation }}</p>
<p><a class="button" href="{{ link }}">Look at the alert</a></p>
<p class="muted">Severity: {{ severity }}. You get this because your role may act on security alerts.</p>"""),
    variables={
        "label": Variable(_("What the rule is called."), "Copied token or code"),
        "severity": Variable(_("How grave it is."), "High"),
        "explanation": Variable(_("Which figures made the rule fire."), "A refresh token was used a second time."),
        "link": Variable(_("The page of the alert."), "https://crm.example.com/security/alerts/", is_link=True),
    },
)


def tell(rule: AnomalyRule, alert: Alert) -> int:
    """When it is grave enough for the rule, also where it became so later. Answers how many were written to."""
    if alert.told_at is not None or not is_loud_enough(rule, alert):
        return 0
    alert.told_at = timezone.now()
    alert.save(update_fields=["told_at"])
    told, values = guards(alert), _values(alert)
    for guard in told:
        key = f"alert:{alert.pk}:{guard.id}"
        send(SECURITY_ALERT, guard.email, key_of_delivery=key, priority=Priority.HIGH, **values)
    return len(told)


def is_loud_enough(rule: AnomalyRule, alert: Alert) -> bool:
    return rule.mail_from != NEVER and ORDER.index(Severity(alert.severity)) >= ORDER.index(Severity(rule.mail_from))


def _values(alert: Alert) -> dict[str, Any]:
    return {
        "label": str(BY_NAME[alert.rule.name].label),
        "severity": str(alert.get_severity_display()),
        "explanation": explanation(alert),
        "link": f"{settings.PUBLIC_URL}{reverse('security:alerts_detail', args=[alert.pk])}",
    }
