"""Alerts and security events in words and tones, for the pages of the security centre."""

from django import template
from django.utils.translation import gettext as _

from auditlog.alerts.data import BY_NAME
from auditlog.alerts.explaining import explanation
from auditlog.alerts.words import entry_label, kind_label, span
from auditlog.models import AnomalyRule

register = template.Library()
register.filter("kind_label", kind_label)
register.filter("entry_label", entry_label)
register.filter("explanation", explanation)

TONES = {"info": "neutral", "low": "info", "medium": "warning", "high": "danger", "critical": "danger"}


@register.filter
def severity_tone(severity: str) -> str:
    return TONES.get(str(severity), "neutral")


@register.filter
def rule_label(rule: AnomalyRule) -> str:
    return str(BY_NAME[rule.name].label)


@register.filter
def fires_at(rule: AnomalyRule) -> str:
    """`5 failed sign-ins in 5 minutes`, `900 km/h`, or `each time`."""
    data = BY_NAME[rule.name]
    if data.check == "travel":
        return f"{rule.threshold:,} {data.counted}"
    if not data.counted and rule.threshold == 1:
        return _("each time")
    return f"{rule.threshold:,} {data.counted or _('times')} in {span(rule.window)}"
