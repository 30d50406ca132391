"""Whose rights a job runs with: its person's as they are then, and never more than it was ordered with."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from crm.core.actor import Actor, Door, Origin
from crm.core.permissions import Reach
from crm.transfer.actors import actor_of


def rights_of(actor: Actor) -> dict[str, Any]:
    """As JSON: where the order came from and, for a token or key, what that may."""
    origin = {"address": actor.origin.address, "agent": actor.origin.agent}
    kept: dict[str, Any] = {"origin": origin, "credential": actor.credential, "on_behalf_of": actor.on_behalf_of}
    if actor.credential in ("token", "key"):
        kept["grants"] = {permission: int(reach) for permission, reach in sorted(actor.grants.items())}
        kept["teams"] = [str(pk) for pk in actor.team_ids]
    return kept


def actor_behind(person: Any, rights: Mapping[str, Any], door: Door = "command") -> Actor:
    """A person who was deactivated in the meantime may nothing."""
    actor = replace(
        actor_of(person, door),
        credential=rights.get("credential", "none"),
        on_behalf_of=rights.get("on_behalf_of", ""),
        origin=Origin(**rights.get("origin", {})),
    )
    return _narrowed(actor, rights) if "grants" in rights else actor


def _narrowed(actor: Actor, rights: Mapping[str, Any]) -> Actor:
    then: dict[str, int] = rights["grants"]
    grants = {name: min(reach, Reach(then[name])) for name, reach in actor.grants.items() if name in then}
    teams = {UUID(pk) for pk in rights["teams"]}
    kept = [(pk, name) for pk, name in zip(actor.team_ids, actor.team_names, strict=True) if pk in teams]
    return replace(
        actor,
        grants=MappingProxyType(grants),
        team_ids=tuple(pk for pk, _name in kept),
        team_names=tuple(name for _pk, name in kept),
    )
