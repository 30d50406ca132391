"""What a role hands out, compared with what somebody has, and with what it handed out before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from accounts.models import Role
from accounts.models.teams import is_reach
from crm.core.actor import Actor
from crm.core.errors import Forbidden
from crm.core.permissions import PERMISSIONS, Reach


@dataclass(frozen=True, slots=True)
class GrantChange:
    """One permission whose reach differs."""

    permission: str
    before: Reach
    after: Reach

    @property
    def kind(self) -> Literal["added", "removed", "widened", "narrowed"]:
        if not self.before:
            return "added"
        if not self.after:
            return "removed"
        return "widened" if self.after > self.before else "narrowed"


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> list[GrantChange]:
    """In the order of the alphabet; a reach that is none of the four words counts as none."""
    names = sorted(PERMISSIONS & (set(before) | set(after)))
    found = (GrantChange(name, reach_in(before, name), reach_in(after, name)) for name in names)
    return [change for change in found if change.before != change.after]


def reach_in(grants: Mapping[str, str], permission: str) -> Reach:
    word = grants.get(permission)
    return Reach[word.upper()] if word is not None and is_reach(word) else Reach.NONE


def grants_of_role(role: Role | None) -> dict[str, str]:
    return role.grants if role else {}


def ensure_may_grant(actor: Actor, role: Role | None) -> None:
    """Raises Forbidden (`beyond_own_grants`) for a role that reaches further than the actor."""
    grants = grants_of_role(role)
    beyond = sorted(name for name in grants if reach_in(grants, name) > actor.grants.get(name, Reach.NONE))
    if beyond:
        raise Forbidden(f"That role may do more than you: {', '.join(beyond[:3])}.", code="beyond_own_grants")


def is_within(actor: Actor, role: Role | None) -> bool:
    grants = grants_of_role(role)
    return all(reach_in(grants, name) <= actor.grants.get(name, Reach.NONE) for name in grants)
