"""Why somebody may or may not do something: the same rules as everywhere, step by step, in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from accounts.credentials import SESSION, Credential
from accounts.models import User
from auditlog.wording import audited_models
from crm.core.actor import Actor
from crm.core.errors import invalid_field
from crm.core.permissions import Reach, require_known
from crm.core.records import Identified, Record

UUID_IN_TEXT = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
REACH_IN_WORDS = {
    Reach.OWN: "for records of their own, in their teams",
    Reach.TEAM: "for every record of their teams",
    Reach.ALL: "for every record of every team",
}


@dataclass(frozen=True, slots=True)
class Step:
    holds: bool
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`status` is what the person would be answered, `reason` what they would be told."""

    allowed: bool
    status: int
    reason: str
    steps: list[Step]


def explain(person: User, permission: str, record: Any = None, credential: Credential = SESSION) -> Explanation:
    """Each step up to the first that fails; the verdict is that of the actor itself, not of these words."""
    actor = credential.actor_of(person)
    steps = []
    for step in _steps(person, actor, require_known(permission), record, credential):
        steps.append(step)
        if not step.holds:
            break
    allowed, reason = _verdict(actor, permission, record)
    return Explanation(allowed, _status(actor, allowed, record), reason, steps)


def record_named(asker: Actor, text: str, permission: str) -> Any:
    """The record behind an address or an id, if the asker may see it. Raises Invalid."""
    found = UUID_IN_TEXT.search(text)
    models = [model for model in audited_models().values() if issubclass(model, Identified)]
    rows = (model.objects.for_actor(asker).filter(pk=found[0]).first() for model in models) if found else ()  # type: ignore[attr-defined]
    record = next(filter(None, rows), None)
    if record is None:
        raise invalid_field("record", "There is no such record, or you cannot see it.", "does_not_exist")
    if permission.partition(":")[0] != record.RESOURCE:
        message = f"That is a {record._meta.verbose_name}; {permission} is about something else."
        raise invalid_field("record", message, "contradiction")
    return record


def _steps(person: User, actor: Actor, permission: str, record: Any, credential: Credential) -> Iterator[Step]:
    yield Step(person.is_active, f"{person} is {'active' if person.is_active else 'deactivated'}.")
    role = person.role
    yield Step(role is not None, f"The role is {role.label}." if role else "They have no role.")
    reach = SESSION.actor_of(person).reach(permission)
    granted = f"grants {permission} {REACH_IN_WORDS[reach]}" if reach else f"does not grant {permission}"
    yield Step(reach > Reach.NONE, f"The role {granted}.")
    if credential.scopes is not None:
        holds = permission in credential.scopes
        yield Step(holds, f"The {credential.kind} {credential.label} was {'' if holds else 'not '}given {permission}.")
    if record is not None:
        yield from _steps_about(person, actor, permission, record)


def _steps_about(person: User, actor: Actor, permission: str, record: Any) -> Iterator[Step]:
    reach = actor.reach(permission)
    if isinstance(record, Record) and reach < Reach.ALL:
        is_member = record.team_id in actor.team_ids
        names = " and ".join(actor.team_names) or "no team"
        yield Step(is_member, f"The record belongs to team {record.team}; {person} is in {names}.")
    if isinstance(record, Record) and reach is Reach.OWN:
        yield Step(record.owner_id == person.pk, f"The owner of the record is {record.owner or 'nobody'}.")
    noun = record._meta.verbose_name
    seen = _finds(actor, permission, record)
    yield Step(seen, f"The {noun} “{record}” is {'' if seen else 'not '}among what they can reach.")


def _verdict(actor: Actor, permission: str, record: Any) -> tuple[bool, str]:
    verdict = actor.covers(permission, record) if isinstance(record, Record) else actor.may(permission)
    if not verdict:
        return False, verdict.reason  # type: ignore[union-attr]
    if record is not None and not _finds(actor, permission, record):
        return False, "a rule of its own keeps this record from them"
    return True, ""


def _finds(actor: Actor, permission: str, record: Any) -> bool:
    rows = type(record).objects.for_actor(actor, permission.partition(":")[2])
    return bool(rows.filter(pk=record.pk).exists())


def _status(actor: Actor, allowed: bool, record: Any) -> int:
    """What is invisible is not there; what is visible but not allowed is forbidden."""
    if allowed:
        return 200
    may_read = actor.reach(f"{record.RESOURCE}:read") if record is not None else Reach.NONE
    return 404 if may_read and not _finds(actor, f"{record.RESOURCE}:read", record) else 403
