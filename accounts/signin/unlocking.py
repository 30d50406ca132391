"""An administrator opens a locked door before its time."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import LoginDoor, LoginHistory, User
from accounts.signin import events
from accounts.signin.rules import person_of
from crm.core.actor import Actor
from crm.core.changes import ensure_may
from crm.core.errors import NotFound


@transaction.atomic
def door_unlock(actor: Actor, pk: UUID | str) -> LoginDoor:
    """Raises Forbidden, and NotFound for a door the actor cannot see."""
    ensure_may(actor, "users:manage", User())
    door = LoginDoor.objects.for_actor(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if door is None:
        raise NotFound()
    _unlock(actor, door)
    return door


@transaction.atomic
def user_unlock(actor: Actor, pk: UUID | str) -> User:
    """Every door of one person, and what strangers' guesses did to them. Raises Forbidden, NotFound."""
    ensure_may(actor, "users:manage", User())
    try:
        user: User | None = User.objects.for_actor(actor, "manage").filter(pk=pk).first()
    except (ValidationError, ValueError):
        user = None
    if user is None:
        raise NotFound()
    person = person_of({"email": user.email})
    LoginHistory.objects.filter(person=person).update(checks=[])
    for door in LoginDoor.objects.select_for_update().filter(person=person, locked_until__gt=timezone.now()):
        _unlock(actor, door)
    return user


def _unlock(actor: Actor, door: LoginDoor) -> None:
    events.door_unlocked(actor, door)
    door.failures, door.next_attempt_at, door.locked_until = 0, None, None
    door.save()
