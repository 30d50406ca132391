"""What a person does with their letters, and the address that copies go to."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.changes import fetch_locked, save_changes
from crm.core.errors import Forbidden, invalid_field
from crm.intake.errors import AlreadyShared, NotFiled
from crm.intake.models import CopyAddress, Letter, LetterState
from crm.intake.models.copy_addresses import new_token
from crm.intake.models.letters import SUBJECTS
from deals.models import Activity
from deals.models.choices import ActivityStatus, ActivityType
from deals.services import activity_create


@transaction.atomic
def letter_file(actor: Actor, pk: UUID | str, *, version: int | None = None, **about: Any) -> Letter:
    """On one contact, lead or customer that the actor reads. Raises NotFound, Forbidden, Stale, Invalid, Conflict."""
    letter = _unshared(actor, pk, version)
    given = {name: record for name, record in about.items() if record is not None}
    if len(given) != 1 or not set(given) <= set(SUBJECTS):
        raise invalid_field("contact", "Choose one record.", "required")
    ((name, chosen),) = given.items()
    if not actor.covers(f"{chosen.RESOURCE}:read", chosen) or chosen.is_archived:
        raise invalid_field(name, "There is no such record.", "unknown_reference")
    before = letter.state
    for one in SUBJECTS:
        setattr(letter, one, given.get(one))
    letter.state, letter.why = LetterState.FILED, ""
    save_changes(letter, {*SUBJECTS, "state", "why"})
    record(actor, "letters.filed", letter, {"state": (before, letter.state), name: (None, chosen)})
    return letter


@transaction.atomic
def letter_dismiss(actor: Actor, pk: UUID | str, version: int | None = None) -> Letter:
    """Out of the list of what waits. Raises NotFound, Forbidden, Stale, Conflict."""
    letter = _unshared(actor, pk, version)
    if letter.state != LetterState.DISMISSED:
        before, letter.state = letter.state, LetterState.DISMISSED
        save_changes(letter, {"state"})
        record(actor, "letters.dismissed", letter, {"state": (before, letter.state)})
    return letter


@transaction.atomic
def letter_share(actor: Actor, pk: UUID | str, version: int | None = None) -> Activity:
    """It becomes an e-mail among the activities, for everybody who may read its record. Raises as `letter_file`."""
    letter = _unshared(actor, pk, version)
    if letter.state != LetterState.FILED or letter.about is None:
        raise NotFiled()
    activity = activity_create(
        actor,
        type=ActivityType.EMAIL,
        status=ActivityStatus.HELD,
        direction=letter.direction,
        subject=letter.title,
        description=letter.text,
        at=letter.sent_at,
        **{name: getattr(letter, name) for name in SUBJECTS if getattr(letter, name)},
    )
    letter.activity = activity
    save_changes(letter, {"activity"})
    record(actor, "letters.shared", letter, {"activity": (None, activity)})
    return activity


@transaction.atomic
def letter_delete(actor: Actor, pk: UUID | str, version: int | None = None) -> None:
    """What was shared stays as what it became. Raises NotFound, Forbidden, Stale."""
    letter = fetch_locked(Letter, actor, "write", pk, version)
    record(actor, "letters.deleted", letter, {"state": (letter.state, None)})
    letter.delete()


@transaction.atomic
def copy_address_renew(actor: Actor) -> CopyAddress:
    """A new one; mails to the one before are no longer filed. Raises Forbidden."""
    if actor.id is None or not actor.may("activities:write"):
        raise Forbidden("Not allowed: only a person who may write activities has letters.")
    person = User.objects.select_for_update().get(pk=actor.id)
    row, _is_new = CopyAddress.objects.update_or_create(person=person, defaults={"token": new_token()})
    record(actor, "copy_addresses.renewed", row)
    return row


def _unshared(actor: Actor, pk: UUID | str, version: int | None) -> Letter:
    letter = fetch_locked(Letter, actor, "write", pk, version)
    if letter.activity_id:
        raise AlreadyShared()
    return letter
