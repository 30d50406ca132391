"""Who read the sensitive fields of which record (AUDIT-1): one event for each person, record and hour."""

from typing import Any

from django.core.cache import cache
from django.utils import timezone

from auditlog.services import record
from auditlog.writes import event_word
from crm.core.actor import Actor

VIEWED = "viewed_sensitive"
HOUR = 3600


def sensitive_read(actor: Actor, subject: Any, fields: frozenset[str]) -> None:
    """Writes `<things>.viewed_sensitive`. With the cache lost there is an event more, never one less."""
    hour = int(timezone.now().timestamp()) // HOUR
    who = actor.id or actor.label.replace(" ", "_")
    names = ",".join(sorted(fields))
    if cache.add(f"read:{who}:{actor.on_behalf_of}:{subject.pk}:{names}:{hour}".replace(" ", "_"), True, HOUR):
        record(actor, f"{event_word(subject)}.{VIEWED}", subject, {"fields": (None, sorted(fields))})
