"""Who can do what, how far, in which teams, and through which credential."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields

from accounts.credentials import credentials_of
from accounts.models import User
from crm.core.permissions import PERMISSIONS
from crm.transfer.reports import defused


@dataclass(frozen=True, slots=True)
class Line:
    """One permission of one person through one credential; `permission` is empty for who may do nothing."""

    person: str
    state: str
    role: str
    teams: str
    credential: str
    permission: str
    reach: str


COLUMNS = tuple(field.name for field in fields(Line))


def people(email: str = "") -> Iterable[User]:
    rows = User.objects.select_related("role").prefetch_related("memberships__team").order_by("email")
    return rows.filter(email__iexact=email) if email else rows


def lines_of(person: User) -> Iterator[Line]:
    """What the very rules of a request say, not what the role's text says."""
    told = _about(person)
    for credential in credentials_of(person):
        actor = credential.actor_of(person)
        name = credential.kind if credential.scopes is None else f"{credential.kind}: {credential.label}"
        granted = [one for one in sorted(PERMISSIONS) if actor.reach(one)]
        for permission in granted or [""]:
            reach = actor.reach(permission).name.lower() if permission else ""
            yield Line(**told, credential=name, permission=permission, reach=reach)


def _about(person: User) -> dict[str, str]:
    return {
        "person": person.email,
        "state": "active" if person.is_active else "deactivated",
        "role": person.role.name if person.role else "",
        "teams": ", ".join(sorted(one.team.name for one in person.memberships.all())),
    }


def as_text(person: User) -> str:
    """A heading, then for each credential what it opens, by reach."""
    lines, told = list(lines_of(person)), _about(person)
    text = [f"{told['person']}  {told['state']}  role: {told['role'] or 'none'}  teams: {told['teams'] or 'none'}"]
    for credential in dict.fromkeys(line.credential for line in lines):
        mine = [line for line in lines if line.credential == credential]
        text.append(f"  {credential}")
        for reach in ("all", "team", "own"):
            if names := [line.permission for line in mine if line.reach == reach]:
                text.append(f"    {reach:5}{' '.join(names)}")
        if not any(line.permission for line in mine):
            text.append("    nothing")
    return "\n".join(text)


def as_row(line: Line) -> list[str]:
    """Names are typed by people, and spreadsheets run what looks like a formula."""
    return [defused(cell) for cell in astuple(line)]
