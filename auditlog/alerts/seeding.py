"""The rules, put in place once; later edits by a security officer stay."""

from typing import Any

from auditlog.alerts.data import RULES, RuleData


def seed_rules(rule_model: Any) -> None:
    rule_model.objects.bulk_create([rule_model(**_values(rule)) for rule in RULES], ignore_conflicts=True)


def _values(rule: RuleData) -> dict[str, Any]:
    opens, closes = rule.hours or (None, None)
    return {
        "name": rule.name,
        "threshold": rule.threshold,
        "window_minutes": rule.window_minutes,
        "severity": rule.severity,
        "mail_from": rule.mail_from,
        "opens": opens,
        "closes": closes,
    }
