"""Rules look at each event once its transaction is kept, in a thread of their own: they cannot slow or break it."""

from functools import partial

import structlog
from django.db import transaction

from auditlog.alerts.checks import CHECKS
from auditlog.alerts.data import BY_NAME, RuleData, rules_for
from auditlog.alerts.raising import alert_raise
from auditlog.alerts.telling import tell
from auditlog.models import AnomalyRule, SecurityEvent
from crm.core.later import later

log = structlog.get_logger("vouch.anomalies")


def judge_soon(event: SecurityEvent) -> None:
    """A watcher of security events. Events that no rule listens to cost nothing."""
    if rules_for(event.kind):
        transaction.on_commit(lambda: later(partial(judge, event)), robust=True)


def judge(event: SecurityEvent) -> None:
    """Each rule in a transaction of its own: one that fails is logged, and the others go on."""
    names = [data.name for data in rules_for(event.kind)]
    for rule in AnomalyRule.objects.filter(name__in=names):
        try:
            with transaction.atomic():
                apply(rule, BY_NAME[rule.name], event)
        except Exception as error:
            log.error("rule_failed", rule=rule.name, security_event=str(event.pk), exc_info=error)


def apply(rule: AnomalyRule, data: RuleData, event: SecurityEvent) -> None:
    """A rule that is switched off goes on learning what is usual, but raises nothing."""
    finding = CHECKS[data.check](rule, data, event)
    if finding is not None and rule.is_enabled and (alert := alert_raise(rule, finding)):
        tell(rule, alert)
