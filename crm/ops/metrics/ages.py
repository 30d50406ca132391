"""How old is what must not grow old: backups, keys, seals, checks."""

import math
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Min
from prometheus_client.core import GaugeMetricFamily

from auditlog.checking import last_good
from auditlog.models import AuditEvent, AuditSeal
from crm.ops.backups.standing import standing
from crm.ops.keys import ages
from crm.ops.metrics.gauges import gauge, gauges


def backup_figures(at: datetime) -> Iterator[GaugeMetricFamily]:
    """Endless where backups are meant to be made and none was ever proved; nothing where nobody wants any."""
    found = standing(at)
    if not found.is_set and not settings.PRODUCTION:
        return
    made = (at - found.last_at).total_seconds() if found.last_at else math.inf
    proved = found.age.total_seconds() if found.age is not None else math.inf
    limit = settings.BACKUP_VERIFIED_WITHIN.total_seconds()
    yield gauge("backup_age_seconds", "Of what the last backup holds.", made)
    yield gauge("backup_verified_age_seconds", "Of what the last verified backup holds.", proved)
    yield gauge("backup_verified_limit_seconds", "BACKUP_VERIFIED_WITHIN_HOURS.", limit)


def key_figures(at: datetime) -> Iterator[GaugeMetricFamily]:
    found = {ring: age.total_seconds() for ring, age in ages(at).items()}
    yield gauges("key_age_seconds", "Of the newest key of each ring.", ("ring",), found)


def audit_figures(at: datetime) -> Iterator[GaugeMetricFamily]:
    sealed = AuditSeal.objects.order_by("-seq").values_list("at", flat=True).first()
    first = AuditEvent.objects.filter(seal__isnull=True).aggregate(first=Min("at"))["first"]
    checked = last_good()
    if sealed:
        yield gauge("seal_age_seconds", "Since the trail was last sealed.", (at - sealed).total_seconds())
    waits = max(0.0, (at - first).total_seconds()) if first else 0.0
    yield gauge("audit_unsealed_seconds", "How long the oldest event has waited for a seal.", waits)
    age = (at - checked.at).total_seconds() if checked else math.inf
    yield gauge("audit_check_age_seconds", "Since the trail last verified to be whole.", age)
