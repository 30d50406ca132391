"""What was recorded has changed: what is cached of it is void, once that can be seen."""

from collections.abc import Sequence

from auditlog.models import AuditEvent
from crm.core.caching.tags import invalidate_on_commit


def void_what_changed(events: Sequence[AuditEvent]) -> None:
    """An observer of the trail; tags are names of models."""
    invalidate_on_commit(*{event.object_type for event in events})
