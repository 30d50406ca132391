"""The end of keys, whoever brings it about: one audit and one security event for each."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.apikeys.mails import tell_owner
from accounts.models import ApiKey, User
from accounts.models.api_keys import KeyEnd
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core.actor import Actor, Origin
from crm.core.changes import save_changes

SEVERITY = {KeyEnd.LEAKED: Severity.HIGH}


def end_keys(actor: Actor, keys: Iterable[ApiKey], reason: KeyEnd, at: datetime) -> int:
    """Revokes those of the locked rows that were not before; answers how many."""
    ended = [key for key in keys if key.revoked_at is None]
    for key in ended:
        key.revoked_at, key.revoked_reason = at, reason
        changes = {"revoked_at": (None, at), "revoked_reason": ("", str(reason))}
        save_changes(key, changes)
        record(actor, "api_keys.revoked", key, changes)
        kind = "key.leaked" if reason == KeyEnd.LEAKED else "key.revoked"
        report(actor.origin, kind, SEVERITY.get(reason, Severity.LOW), key, reason=str(reason), by=actor.label)
        if key.user_id != actor.id:
            tell_owner(key, "revoked")
    return len(ended)


@transaction.atomic
def keys_of_person_end(actor: Actor, user: User, reason: KeyEnd, at: datetime | None = None) -> int:
    """Every key of a person, for good: on deactivation, and when an administrator signs the person out everywhere."""
    rows = ApiKey.objects.filter(user=user, revoked_at__isnull=True)
    return end_keys(actor, rows.select_for_update(of=("self",)), reason, at or timezone.now())


def report(origin: Origin, kind: str, severity: Severity, key: ApiKey, **details: str) -> None:
    security_event(
        kind,
        severity,
        origin,
        person_id=key.user_id,
        person_label=str(key.user),
        team_id=key.team_id,
        key=str(key.pk),
        name=key.name,
        **details,
    )
