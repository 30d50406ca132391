"""The other side of an invitation: its link makes one account, once."""

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.actors import actor_for
from accounts.administration import ensure_may_grant
from accounts.invitations import mails
from accounts.models import Invitation, Membership, User
from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record, snapshot
from auditlog.writes import unique_values
from crm.core.actor import Origin
from crm.core.changes import save_changes
from crm.core.errors import Conflict, Forbidden, NotFound, from_validation_error


class InvitationOver(NotFound):
    """One answer for wrong, used, expired and withdrawn links, so that none says what it was."""

    code, message = "invitation_over", "This invitation no longer works."


def open_invitation(token: str, *, at: datetime | None = None, lock: bool = False) -> Invitation:
    """Raises InvitationOver."""
    rows = Invitation.objects.select_related("role", "invited_by__role")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(token_hash=token).first()
    if found is None or found.state_at(at or timezone.now()) != "open" or not _is_backed(found):
        raise InvitationOver()
    if User.objects.filter(email__iexact=found.email).exists():
        raise InvitationOver()
    return found


def _is_backed(invitation: Invitation) -> bool:
    """Who sent it must still work here and still may hand out that role; a command's invitation backs itself."""
    if invitation.invited_by is None:
        return True
    sender = actor_for(invitation.invited_by)
    try:
        ensure_may_grant(sender, invitation.role)
    except Forbidden:
        return False
    return bool(sender.may("users:write"))


@transaction.atomic
def invitation_accept(
    token: str, *, full_name: str, time_zone: str, password: str, origin: Origin, at: datetime | None = None
) -> User:
    """The account, with its address proven by the link. Raises InvitationOver, Invalid (`password`)."""
    now = at or timezone.now()
    invitation = open_invitation(token, at=now, lock=True)
    user = User(email=invitation.email, full_name=full_name, time_zone=time_zone, role=invitation.role)
    _set_password(user, password)
    try:
        with unique_values():
            user.save(force_insert=True)
    except Conflict:
        raise InvitationOver() from None
    Membership.objects.bulk_create(Membership(user=user, team=team) for team in invitation.teams.order_by("name"))
    invitation.accepted_at = now
    save_changes(invitation, {"accepted_at"})
    _record(invitation, user, origin)
    mails.send_welcome(user)
    return user


def _set_password(user: User, password: str) -> None:
    try:
        user.clean_fields(exclude=["password", "role"])
        validate_password(password, user)
    except ValidationError as error:
        raise from_validation_error(error if hasattr(error, "error_dict") else _of_password(error)) from None
    user.set_password(password)


def _of_password(error: ValidationError) -> ValidationError:
    return ValidationError({"password": error.error_list})


def _record(invitation: Invitation, user: User, origin: Origin) -> None:
    sender = str(invitation.invited_by or "the system")
    actor = actor_for(user, credential="none", origin=origin, on_behalf_of=f"invitation from {sender}")
    changes: dict[str, Any] = {**snapshot(user), "teams": (None, list(actor.team_names))}
    record(actor, "users.created", user, changes)
    record(actor, "invitations.accepted", invitation)
    role = invitation.role.name
    security_event(
        "invitation.accepted", Severity.INFO, origin, person_id=user.pk, person_label=str(user), role=role, by=sender
    )
