"""Who is asking: one frozen principal for session, bearer token, API key, command and job."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from crm.core.permissions import Reach, require_known

Door = Literal["page", "api", "mcp", "admin", "command", "job", "import"]


@dataclass(frozen=True, slots=True)
class Denied:
    """A refusal that is falsy and says why; feeds error messages and "why can this person not see it?"."""

    permission: str
    reason: str

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from; copied into each audit event."""

    address: str = ""
    agent: str = ""
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Grants arrive resolved (role ∩ token or key scopes); what is not in them is refused."""

    label: str
    kind: Literal["anonymous", "user", "system"] = "anonymous"
    id: UUID | None = None
    role: str = ""
    door: Door = "page"
    credential: Literal["none", "session", "token", "key"] = "none"
    grants: Mapping[str, Reach] = field(default_factory=lambda: MappingProxyType({}))
    team_ids: tuple[UUID, ...] = ()
    team_names: tuple[str, ...] = ()
    origin: Origin = Origin()
    on_behalf_of: str = ""

    @classmethod
    def system(cls, job: str) -> "Actor":
        """The actor of a command or job that no person triggers; reaches everything and is named in the audit."""
        grants = MappingProxyType(_EverythingGranted())
        return cls(label=f"system:{job}", kind="system", door="job", grants=grants)

    @property
    def is_authenticated(self) -> bool:
        return self.kind != "anonymous"

    @property
    def home_team_id(self) -> UUID | None:
        """The team a new record goes to when none is named."""
        return self.team_ids[0] if self.team_ids else None

    def reach(self, permission: str) -> Reach:
        return self.grants.get(require_known(permission), Reach.NONE)

    def may(self, permission: str) -> bool | Denied:
        if self.reach(permission) > Reach.NONE:
            return True
        if not self.is_authenticated:
            return Denied(permission, "nobody is signed in")
        lacking = f"the role {self.role or 'none'} does not grant {permission}"
        if self.credential in ("token", "key"):
            lacking = f"{permission} is not among the scopes of this {self.credential}, or {lacking}"
        return Denied(permission, lacking)

    def covers(self, permission: str, record: Any) -> bool | Denied:
        """May this be done to this very record (anything with `team_id` and `owner_id`)?"""
        reach = self.reach(permission)
        if reach is Reach.ALL:
            return True
        if reach is Reach.NONE:
            return self.may(permission)
        if record.team_id not in self.team_ids:
            return Denied(permission, "the record belongs to a team you are not a member of")
        if reach is Reach.OWN and (self.id is None or record.owner_id != self.id):
            return Denied(permission, "the record belongs to somebody else")
        return True

    def through(self, door: Door) -> "Actor":
        return replace(self, door=door)

    def limited_to(self, scopes: Iterable[str]) -> "Actor":
        """Role ∩ scopes: a credential can narrow what a person may do, never widen it."""
        kept = {scope: self.grants[scope] for scope in scopes if scope in self.grants}
        return replace(self, grants=MappingProxyType(kept))

    def within_team(self, team_id: UUID) -> "Actor":
        """One team alone, and none where the actor is not a member: what reached every team reaches this one."""
        grants = {name: min(reach, Reach.TEAM) for name, reach in self.grants.items()}
        kept = [(pk, name) for pk, name in zip(self.team_ids, self.team_names, strict=True) if pk == team_id]
        return replace(
            self,
            grants=MappingProxyType(grants),
            team_ids=tuple(pk for pk, _ in kept),
            team_names=tuple(name for _, name in kept),
        )


class _EverythingGranted(dict[str, Reach]):
    def get(self, permission: str, default: Any = None) -> Any:
        return Reach.ALL

    def __missing__(self, permission: str) -> Reach:
        return Reach.ALL


ANONYMOUS = Actor(label="anonymous")
