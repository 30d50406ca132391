"""Who may call which address, by which method and door: docs/access-matrix.md, written from the code itself.

`python -m tests.access_matrix` writes the file; `tests/test_access_matrix.py` compares it and calls every address.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from accounts.apikeys.authentication import DOORS  # noqa: E402
from accounts.middleware import TOKEN_PREFIXES, WITHOUT_SESSIONS  # noqa: E402
from accounts.roles import BUILT_IN  # noqa: E402
from crm.core.access import SAFE, Access, access_of  # noqa: E402
from crm.core.permissions import NEVER_BY_KEY  # noqa: E402
from tests.addresses import Address, addresses  # noqa: E402

FILE = Path(__file__).resolve().parent.parent / "docs" / "access-matrix.md"
COMMAND = "python -m tests.access_matrix"
ORDER = ("none", "own", "team", "all")
HEAD = f"""# Who may call what

Written by `{COMMAND}` from the URL configuration, the access that each view declares and the built-in roles;
`tests/test_access_matrix.py` compares it on every run and calls every address as every role.

- *Needs*: the permission (any one of several), `signed in`, or `everybody`, with the reason the view gives.
- *Doors*: `session`, and where programs may come `bearer` and `key`, which pass only with that permission among
  their scopes. What only a signed-in person may do refuses them with `session_required`; where `signed in` is all it
  takes, a key reads and never changes.
- A role's column tells how far it reaches: `own`, `team` or `all` records; `–` is 403 (404 in the administration,
  which does not show itself). Records out of reach are 404.
"""


@dataclass(frozen=True)
class Row:
    """Methods of one address that ask for the same."""

    address: Address
    methods: tuple[str, ...]
    access: Access

    @property
    def doors(self) -> str:
        if not f"/{self.address.route}".startswith(TOKEN_PREFIXES):
            return "session"
        own = [] if f"/{self.address.route}".startswith(WITHOUT_SESSIONS) else ["session"]
        return " ".join([*own, "bearer", *(["key"] if any(map(self.opens_by_key, self.methods)) else [])])

    def opens_by_key(self, method: str) -> bool:
        """For a key with the right scopes."""
        is_for_keys = bool(set(self.access.permissions) - NEVER_BY_KEY) or self.access.public
        is_read = bool(self.access.signed_in) and method in SAFE
        return f"/{self.address.route}".startswith(DOORS) and bool(is_for_keys or is_read)

    @property
    def needs(self) -> str:
        if self.access.public:
            return f"everybody: {self.access.public}"
        return " or ".join(f"`{one}`" for one in self.access.permissions) or f"signed in: {self.access.signed_in}"

    def reach_of(self, role: str) -> str:
        if not self.access.permissions:
            return "yes"
        found = (BUILT_IN[role][2].get(permission, "none") for permission in self.access.permissions)
        reach = max(found, key=ORDER.index)
        return "–" if reach == "none" else reach


def rows() -> list[Row]:
    return [row for address in addresses() for row in _rows_of(address)]


def _rows_of(address: Address) -> Iterator[Row]:
    by_access: dict[Access, list[str]] = {}
    for method in address.methods:
        access = access_of(address.view, method)
        assert access is not None, f"{method} {address} declares nothing"
        by_access.setdefault(access, []).append(method)
    for access, methods in by_access.items():
        yield Row(address, tuple(methods), access)


def shown(address: Address) -> str:
    """`/api/v1/^customers/(?P<pk>[^/.]+)/?$` → `/api/v1/customers/{pk}`."""
    plain = re.sub(r"\(\?P<(\w+)>[^()]*\)|<(?:\w+:)?(\w+)>", lambda found: f"{{{found[1] or found[2]}}}", address.route)
    return "/" + re.sub(r"/\?|[\^$\\]|\(\?:|\)\?", "", plain)


def document() -> str:
    """The whole file."""
    by_area: dict[str, list[Row]] = {}
    for row in rows():
        by_area.setdefault(_area(row.address), []).append(row)
    return HEAD + "".join(_table(area, by_area[area]) for area in sorted(by_area))


def _area(address: Address) -> str:
    parts = shown(address).strip("/").split("/")
    return "/" + "/".join(parts[: 3 if parts[0] == "api" else 2 if parts[0] == "admin" else 1])


def _table(area: str, found: list[Row]) -> str:
    head = ["address", "methods", "needs", "doors", *(name.replace("_", " ") for name in BUILT_IN)]
    lines = [f"\n## `{area}`\n", _line(head), _line(["---"] * len(head))]
    for row in sorted(found, key=lambda one: (shown(one.address), one.methods)):
        reaches = [row.reach_of(role) for role in BUILT_IN]
        lines.append(_line([f"`{shown(row.address)}`", " ".join(row.methods), row.needs, row.doors, *reaches]))
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    FILE.write_text(document())
    print(f"{FILE.name}: {len(rows())} rows")
