"""Inviting, inviting again and withdrawing. Nobody invites into a role or a team that reaches further than theirs."""

import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.administration import ensure_may_grant, ensure_may_place
from accounts.invitations import mails
from accounts.models import Invitation, Role, Team, User
from accounts.models.invitations import LIFETIME
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record, snapshot
from auditlog.writes import unique_values
from crm.core.actor import Actor
from crm.core.changes import create_record, ensure_may, fetch_locked, save_changes
from crm.core.errors import Conflict


@transaction.atomic
def invitation_create(actor: Actor, *, email: str, role: Role, teams: Iterable[Team] = (), **values: Any) -> Invitation:
    """The mail leaves once the transaction is over. Raises Forbidden, Invalid, Conflict."""
    ensure_may(actor, "users:write", Invitation())
    ensure_may_grant(actor, role)
    wanted = list(teams)
    ensure_may_place(actor, wanted)
    _ensure_is_new(actor, email)
    token, now = secrets.token_urlsafe(32), timezone.now()
    new = Invitation(token_hash=token, invited_by_id=actor.id, expires_at=now + LIFETIME)
    with unique_values():
        create_record(new, actor, {"email": email, "role": role, **values})
    new.teams.set(wanted)
    names = sorted(map(str, wanted))
    record(actor, "invitations.created", new, {**snapshot(new), "teams": (None, names)})
    _announce(actor, new, token)
    return new


@transaction.atomic
def invitation_resend(actor: Actor, pk: UUID | str, *, version: int | None = None) -> Invitation:
    """A fresh link for another seven days; the one before no longer works. Raises NotFound, Forbidden, Conflict."""
    invitation = _unanswered(actor, pk, version)
    ensure_may_grant(actor, invitation.role)
    token = secrets.token_urlsafe(32)
    invitation.token_hash, invitation.invited_by_id = token, actor.id  # type: ignore[assignment]
    invitation.expires_at, invitation.sent_at = timezone.now() + LIFETIME, None
    save_changes(invitation, {"token_hash", "invited_by", "expires_at", "sent_at"})
    record(actor, "invitations.resent", invitation)
    _announce(actor, invitation, token)
    return invitation


@transaction.atomic
def invitation_withdraw(actor: Actor, pk: UUID | str, *, version: int | None = None) -> Invitation:
    """Its link stops working at once. Raises NotFound, Forbidden, Conflict."""
    invitation = _unanswered(actor, pk, version)
    invitation.withdrawn_at = timezone.now()
    save_changes(invitation, {"withdrawn_at"})
    record(actor, "invitations.withdrawn", invitation)
    return invitation


def _ensure_is_new(actor: Actor, email: str) -> None:
    """An expired invitation makes room for the new one."""
    same = Invitation.objects.select_for_update().filter(email__iexact=email)
    if User.objects.filter(email__iexact=email).exists():
        raise Conflict("Somebody with this e-mail address has an account already.", code="already_member")
    if same.in_state("open").exists():
        raise Conflict("They are invited already; send that invitation again.", code="already_invited")
    for expired in same.in_state("expired"):
        expired.withdrawn_at = timezone.now()
        save_changes(expired, {"withdrawn_at"})
        record(actor, "invitations.withdrawn", expired)


def _unanswered(actor: Actor, pk: UUID | str, version: int | None) -> Invitation:
    invitation = fetch_locked(Invitation, actor, "write", pk, version)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise Conflict("This invitation was accepted or withdrawn before.", code="invitation_closed")
    return invitation


def _announce(actor: Actor, invitation: Invitation, token: str) -> None:
    role = invitation.role.name
    person = {"person_id": actor.id, "person_label": actor.label}
    security_event("invitation.sent", Severity.LOW, actor.origin, **person, to=invitation.email, role=role)  # type: ignore[arg-type]
    mails.send_invitation(invitation, token, actor.label)
