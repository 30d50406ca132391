"""What the audit trail says that is a security event, too: exports, by whom and of how many records (SEC-7)."""

import json
from typing import Any

from auditlog.alerts.reading import rows_exported
from auditlog.models import AuditEvent, Severity
from auditlog.security import security_event
from crm.core.actor import Origin

# Exports of at least so many records deserve a second look.
MANY = 1000
# An export is told at its beginning; one that tells its records only at its end is counted there.
KINDS = {"exported": "data.exported", "export_finished": "data.export_finished"}


def export_heard(event: AuditEvent, subject: Any) -> None:
    """An observer of the trail."""
    kind = KINDS.get(event.action.rpartition(".")[2])
    if kind is None:
        return
    rows = _rows(event)
    security_event(
        kind,
        Severity.MEDIUM if rows >= MANY else Severity.LOW,
        Origin(event.address, event.agent, event.trace_id),
        person_id=event.actor_id,
        person_label=event.actor_label,
        team_id=event.team_id,
        rows=rows,
        what=event.action.partition(".")[0],
        through=event.on_behalf_of[:100],
    )
    if event.actor_id is not None:
        rows_exported(event.actor_id, event.actor_label, event.team_id, rows)


def _rows(event: AuditEvent) -> int:
    after = json.loads(event.changes or "{}").get("rows", [None, None])[1]
    return after if isinstance(after, int) else 0
