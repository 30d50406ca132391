"""Ending sessions: one, all others, or everything a person is signed in with. All of it acts on the next request."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.apikeys.ending import keys_of_person_end
from accounts.models import Session, TokenFamily, User
from accounts.models.api_keys import KeyEnd
from auditlog.services import record
from crm.core.actor import Actor
from crm.core.errors import Forbidden, NotFound


@transaction.atomic
def session_end(actor: Actor, pk: UUID | str, version: int | None = None) -> Session:
    """One's own, or with `users:manage` somebody else's. Raises NotFound."""
    session = fetch_session(actor, pk)
    record(actor, "sessions.ended", session, {"user": (str(session.user), None)})
    Session.objects.filter(pk=session.pk).delete()
    return session


@transaction.atomic
def other_sessions_end(actor: Actor, current: UUID) -> int:
    """All of one's own but the one in use; answers how many were alive."""
    me = User.objects.get(pk=actor.id)
    others = Session.objects.filter(user=me).exclude(pk=current)
    ended = others.live_of(me).count()
    others.delete()
    record(actor, "users.other_sessions_ended", me, {"sessions": (ended, 0)})
    return ended


@transaction.atomic
def everywhere_sign_out(actor: Actor, person: UUID | str | None = None) -> User:
    """Every session, token and grant of oneself; or with `users:manage` of `person`, and then every API key, too.

    Raises Forbidden, NotFound.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=person_managed(actor, person).pk)
    user.tokens_valid_from = timezone.now()
    user.save(update_fields=["tokens_valid_from"])
    user.sessions.all().delete()
    for family in user.token_families.filter(revoked_at__isnull=True):
        family.revoke("signed_out_everywhere")
    if user.pk != actor.id:
        keys_of_person_end(actor, user, KeyEnd.SIGNED_OUT)
    record(actor, "users.signed_out_everywhere", user)
    return user


@transaction.atomic
def sessions_of_person_end(actor: Actor, person: UUID | str) -> int:
    """Every browser session of somebody else, with `users:manage`; answers how many were alive.

    Raises Forbidden, NotFound.
    """
    user = person_managed(actor, person)
    ended = Session.objects.filter(user=user).live_of(user).count()
    user.sessions.all().delete()
    record(actor, "users.sessions_ended", user, {"sessions": (ended, 0)})
    return ended


@transaction.atomic
def credentials_of_person_end(actor: Actor, person: UUID | str) -> tuple[int, int]:
    """Every grant of an application and every API key, with `users:manage`; answers how many of each.

    Raises Forbidden, NotFound.
    """
    user = person_managed(actor, person)
    families = user.token_families.filter(revoked_at__isnull=True)
    revoked = sum(family.revoke("revoked_by_administrator") for family in families)
    keys = keys_of_person_end(actor, user, KeyEnd.REVOKED)
    record(actor, "users.credentials_revoked", user, {"grants": (revoked, 0), "keys": (keys, 0)})
    return revoked, keys


@transaction.atomic
def family_sign_out(actor: Actor, family: TokenFamily) -> None:
    """Ends what one client was granted on one device."""
    if family.revoke("signed_out"):
        record(actor, "users.signed_out", family.user)


def fetch_session(actor: Actor, pk: UUID | str) -> Session:
    """Raises NotFound for what is not there, not visible, or over already."""
    try:
        session = Session.objects.for_actor(actor).select_related("user").get(pk=pk)
    except (Session.DoesNotExist, ValidationError, ValueError):
        raise NotFound() from None
    if not session.is_live(timezone.now()):
        raise NotFound()
    return session


def person_managed(actor: Actor, person: UUID | str | None) -> User:
    """Oneself, or whom the actor may end sessions of. Raises Forbidden, NotFound."""
    if person is None or str(person) == str(actor.id):
        return User.objects.get(pk=actor.id)
    if not (verdict := actor.may("users:manage")):
        raise Forbidden(f"Not allowed: {verdict.reason}.")  # type: ignore[union-attr]
    user = User.objects.for_actor(actor, "manage").filter(pk=person).first()
    if user is None:
        raise NotFound()
    return user
