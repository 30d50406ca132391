"""Counts what the trail and the security log are told, once the transaction that told it is kept."""

from functools import partial
from typing import Any

from django.db import transaction

from auditlog.models import AuditEvent, SecurityEvent
from crm.core.metrics import REVOCATIONS, SECURITY_EVENTS

# What takes a credential or a session away from somebody.
REVOKING = frozenset(
    {
        "api_keys.revoked",
        "sessions.ended",
        "tokens.revoked",
        "users.credentials_revoked",
        "users.other_sessions_ended",
        "users.sessions_ended",
        "users.signed_out_everywhere",
    }
)
# Kinds that an alert asks for, from the first scrape on.
ASKED_FOR = ("access.denied", "audit.mismatch", "honeypot.hit", "login.failed", "login.locked", "token.reused")

for _event in REVOKING:
    REVOCATIONS.labels(_event)
for _kind in ASKED_FOR:
    SECURITY_EVENTS.labels(_kind)


def count_revocation(event: AuditEvent, _subject: Any) -> None:
    if event.action in REVOKING:
        transaction.on_commit(partial(REVOCATIONS.labels(event.action).inc, 1), robust=True)


def count_security_event(event: SecurityEvent) -> None:
    transaction.on_commit(partial(SECURITY_EVENTS.labels(event.kind).inc, 1), robust=True)
