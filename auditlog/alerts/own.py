"""Nobody closes an alert about themselves, unless there is nobody else who could: then they say why."""

from enum import Enum

from auditlog.alerts.people import guards
from auditlog.models import Alert
from crm.core.actor import Actor


class Closing(Enum):
    """How this actor may close an alert: as any other, with a reason, or not at all."""

    FREE = "free"
    WITH_REASON = "with_reason"
    OTHERS = "others"


def closing(alert: Alert, actor: Actor) -> Closing:
    """Of somebody else's nothing is asked; one's own is looked up among all who can act on it."""
    if actor.id is None or alert.person_id != actor.id:
        return Closing.FREE
    return Closing.OTHERS if any(guard.id != actor.id for guard in guards(alert)) else Closing.WITH_REASON
