"""Making, changing and ending keys. Nobody gives a key more than they have, and no key manages keys."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.apikeys.ending import end_keys, report
from accounts.apikeys.errors import AlreadyRotated, KeyEnded, NotByKey
from accounts.apikeys.key_format import hint_of, new_key
from accounts.apikeys.mails import tell_owner
from accounts.apikeys.networks import parse_networks
from accounts.apikeys.peppers import current_digest
from accounts.apikeys.rules import ensure_grantable, ensure_member, ensure_within, lifetime
from accounts.models import ApiKey, Team, User
from accounts.models.api_keys import DEFAULT_DAYS, OVERLAP_DAYS, KeyEnd
from auditlog.models import Severity
from auditlog.services import last_words, record, snapshot
from auditlog.writes import unique_values
from crm.core.actor import Actor
from crm.core.changes import Changes, ensure_may, save_changes, validate_record
from crm.core.errors import Conflict, Forbidden, NotFound, Stale, invalid_field


@transaction.atomic
def api_key_create(
    actor: Actor,
    *,
    name: str,
    scopes: Iterable[str],
    user: User | None = None,
    team: Team | None = None,
    days: int = DEFAULT_DAYS,
    allowed_networks: Iterable[str] = (),
    id: UUID | None = None,
    at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """The row and the key, readable this once. For oneself; for others only by a command.

    Raises Forbidden (`not_by_key`, `beyond_own_grants`), Invalid, Conflict.
    """
    now, person = at or timezone.now(), _person_of(actor, user)
    scopes = _distinct(scopes)
    ensure_grantable(actor, person, scopes)
    ensure_member(person, team)
    key = ApiKey(user=person, team=team, scopes=scopes, created_at=now, updated_at=now, **({"id": id} if id else {}))
    key.name = key._meta.get_field("name").to_python(name)
    key.allowed_networks = parse_networks(allowed_networks)
    key.expires_at = now + lifetime(days)
    secret = _issue(actor, key)
    _announce(actor, "created", key, snapshot(key))
    tell_owner(key, "created")
    return key, secret


@transaction.atomic
def api_key_rotate(
    actor: Actor,
    pk: UUID | str,
    *,
    days: int = DEFAULT_DAYS,
    overlap_days: int = OVERLAP_DAYS,
    version: int | None = None,
    at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A successor with the same name, team, networks and what is left of the scopes; the old key lives on for
    `overlap_days`, 7 at most. Raises Conflict (`already_rotated`, `key_ended`), Forbidden, NotFound, Stale, Invalid.
    """
    now = at or timezone.now()
    old = _locked(actor, pk, "write", version)
    _ensure_own(actor, old)
    if not 0 <= overlap_days <= OVERLAP_DAYS:
        raise invalid_field("overlap_days", f"From 0 to {OVERLAP_DAYS} days.", "invalid_overlap")
    if old.replaced_by_id:
        raise AlreadyRotated()
    if not old.is_live(now):
        raise KeyEnded()
    key = ApiKey(
        user=old.user, team=old.team, name=old.name, allowed_networks=old.allowed_networks, created_at=now,
        updated_at=now, scopes=ensure_within(actor, old), expires_at=now + lifetime(days),
    )  # fmt: skip
    secret = _issue(actor, key)
    ends = min(old.expires_at, now + timedelta(days=overlap_days))
    changes = {"expires_at": (old.expires_at, ends), "replaced_by": (None, key.pk)}
    old.expires_at, old.replaced_by = ends, key
    save_changes(old, changes)
    _announce(actor, "rotated", old, changes)
    record(actor, "api_keys.created", key, snapshot(key))
    tell_owner(key, "rotated")
    return key, secret


@transaction.atomic
def api_key_update(actor: Actor, pk: UUID | str, *, version: int | None = None, **values: Any) -> ApiKey:
    """`name`, `allowed_networks`, and `scopes`, which can only become fewer.

    Raises Forbidden, Invalid (`scope_added`), Conflict (`key_ended`), NotFound, Stale.
    """
    key = _locked(actor, pk, "write", version)
    _ensure_own(actor, key)
    if not key.is_live(timezone.now()):
        raise KeyEnded()
    wanted = _wanted(key, values)
    changes: Changes = {name: (getattr(key, name), new) for name, new in wanted.items() if getattr(key, name) != new}
    for name, new in wanted.items():
        setattr(key, name, new)
    validate_record(key, actor, only=set(wanted))
    if changes:
        save_changes(key, changes)
        record(actor, "api_keys.updated", key, changes)
    return key


@transaction.atomic
def api_key_revoke(actor: Actor, pk: UUID | str, *, version: int | None = None, at: datetime | None = None) -> ApiKey:
    """By its person, or by whoever manages keys; ends it with the next request. Raises Forbidden, NotFound, Stale."""
    key = _locked(actor, pk, "manage" if _manages(actor, pk) else "write", version)
    end_keys(actor, [key], KeyEnd.REVOKED, at or timezone.now())
    return key


@transaction.atomic
def api_key_delete(actor: Actor, pk: UUID | str, *, version: int | None = None) -> None:
    """For good, with its daily counts; the trail keeps what it was. Raises Forbidden, NotFound, Stale."""
    key = _locked(actor, pk, "delete", version)
    record(actor, "api_keys.deleted", key, last_words(key))
    if key.is_live(timezone.now()):
        report(actor.origin, "key.revoked", Severity.LOW, key, reason="deleted")
    key.delete()


def _person_of(actor: Actor, user: User | None) -> User:
    _ensure_no_key(actor)
    ensure_may(actor, "apikeys:write", ApiKey())
    if user is None:
        user = User.objects.select_related("role").filter(pk=actor.id).first()
    if user is None or (actor.kind != "system" and user.pk != actor.id):
        raise Forbidden("A key is made by the person it acts for.")
    if not user.is_active:
        raise Conflict("The person is deactivated.", code="wrong_state")
    return user


def _issue(actor: Actor, key: ApiKey) -> str:
    secret = new_key()
    key.pepper_id, key.digest = current_digest(secret)
    key.hint, key.created_by = hint_of(secret), actor.label[:255]
    validate_record(key, actor)
    with unique_values():
        key.save(force_insert=True)
    return secret


def _locked(actor: Actor, pk: UUID | str, action: str, version: int | None) -> ApiKey:
    """The row, locked. NotFound for what the actor cannot see, Forbidden for what it may only look at."""
    _ensure_no_key(actor)
    key = _reachable(actor, pk, "read").select_related("user__role", "team").select_for_update(of=("self",)).first()
    if key is None:
        raise NotFound()
    ensure_may(actor, f"apikeys:{action}", key)
    if not _reachable(actor, pk, action).exists():
        raise Forbidden("Not allowed: the key belongs to somebody else.")
    if version is not None and version != key.version:
        raise Stale()
    return key


def _reachable(actor: Actor, pk: UUID | str, action: str) -> Any:
    return ApiKey.objects.for_actor(actor, action).filter(pk=as_id(pk))


def as_id(pk: UUID | str) -> UUID:
    try:
        return pk if isinstance(pk, UUID) else UUID(pk)
    except ValueError:
        raise NotFound() from None


def _manages(actor: Actor, pk: UUID | str) -> bool:
    return bool(actor.may("apikeys:manage")) and _reachable(actor, pk, "manage").exists()


def _ensure_no_key(actor: Actor) -> None:
    if actor.credential == "key":
        raise NotByKey()


def _ensure_own(actor: Actor, key: ApiKey) -> None:
    """A successor would let an administrator act as somebody else."""
    if actor.kind != "system" and key.user_id != actor.id:
        raise Forbidden("Only the person a key acts for can change or rotate it; you can revoke it.")


def _wanted(key: ApiKey, values: dict[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if "name" in values:
        wanted["name"] = key._meta.get_field("name").to_python(values["name"])
    if "allowed_networks" in values:
        wanted["allowed_networks"] = parse_networks(values["allowed_networks"])
    if "scopes" in values:
        wanted["scopes"] = _distinct(values["scopes"])
        if added := sorted(set(wanted["scopes"]) - set(key.scopes)):
            message = f"Scopes can only be taken away: {', '.join(added)}. Create a new key for more."
            raise invalid_field("scopes", message, "scope_added")
    return wanted


def _distinct(scopes: Iterable[str]) -> list[str]:
    return sorted(set(scopes))


def _announce(actor: Actor, word: str, key: ApiKey, changes: Changes) -> None:
    record(actor, f"api_keys.{word}", key, changes)
    report(actor.origin, f"key.{word}", Severity.LOW, key, by=actor.label)
