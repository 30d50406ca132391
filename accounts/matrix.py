"""A role's grants as rows of resources and columns of actions, and back from what a form posts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.administration.grants import reach_in
from accounts.oauth.scopes import RESOURCE_WORDS
from crm.core.actor import Actor
from crm.core.permissions import ACTIONS, PERMISSIONS, Reach

ACTION_ORDER = list(dict.fromkeys(action for actions in ACTIONS.values() for action in actions))
PREFIX = "grant:"


@dataclass(frozen=True, slots=True)
class Cell:
    """`choices` holds what the reader can hand out; empty where the matrix is only shown."""

    permission: str
    action: str
    reach: str
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.permission}"


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` has None where the resource does not know the action."""

    label: str
    cells: list[Cell | None]


def matrix_of(grants: Mapping[str, str], actor: Actor | None = None) -> list[Row]:
    return [
        Row(
            RESOURCE_WORDS.get(resource, resource.capitalize()),
            [_cell(f"{resource}:{action}", grants, actor) if action in actions else None for action in ACTION_ORDER],
        )
        for resource, actions in ACTIONS.items()
    ]


def _cell(permission: str, grants: Mapping[str, str], actor: Actor | None) -> Cell:
    reach = reach_in(grants, permission)
    most = max(actor.reach(permission), reach) if actor else Reach.NONE
    choices = tuple(one.name.lower() for one in Reach if one <= most) if actor else ()
    return Cell(permission, permission.partition(":")[2], reach.name.lower(), choices)


def grants_from(posted: Any) -> dict[str, str]:
    """What the selects say; none is left out. A word that is no reach goes on to the service, which refuses it."""
    found = {permission: posted.get(f"{PREFIX}{permission}", "none") for permission in sorted(PERMISSIONS)}
    return {permission: word for permission, word in found.items() if word != "none"}


def narrowed(actor: Actor, grants: Mapping[str, str]) -> dict[str, str]:
    """The same grants, none of them further than the actor's own."""
    reaches = {name: min(reach_in(grants, name), actor.reach(name)) for name in PERMISSIONS & set(grants)}
    return {name: reach.name.lower() for name, reach in reaches.items() if reach}
