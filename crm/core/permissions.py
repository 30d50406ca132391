"""The one permission vocabulary: `resource:action` for roles, OAuth scopes and API keys alike."""

from enum import IntEnum

COMMON = ("read", "write", "delete")

ACTIONS: dict[str, tuple[str, ...]] = {
    "customers": (*COMMON, "export", "merge", "assign"),
    "contacts": (*COMMON, "export", "merge", "assign"),
    "leads": (*COMMON, "export", "merge", "assign", "convert"),
    "deals": (*COMMON, "export", "assign"),
    "activities": (*COMMON, "export", "assign"),
    "tickets": (*COMMON, "export", "assign"),
    "campaigns": (*COMMON, "manage"),
    "products": (*COMMON, "manage"),
    "quotes": (*COMMON, "export"),
    "notes": COMMON,
    "documents": (*COMMON, "verify"),
    "billing": COMMON,
    "reports": ("read", "export"),
    "imports": ("read", "write", "delete"),
    "exports": ("read", "write", "delete"),
    "users": (*COMMON, "manage"),
    "teams": (*COMMON, "manage"),
    "roles": (*COMMON, "manage"),
    "clients": (*COMMON, "manage"),
    "apikeys": (*COMMON, "manage"),
    "audit": ("read", "export", "manage"),
    "security": ("read", "write", "manage"),
    "compliance": ("read", "write", "export"),
    "privacy": ("read", "write", "export"),
    "emails": (*COMMON, "manage"),
    "webhooks": (*COMMON, "manage"),
    "notifications": ("read", "write"),
    "automation": (*COMMON, "manage", "propose"),
    "backups": ("read", "write", "manage"),
    "settings": ("read", "write", "manage"),
}

PERMISSIONS: frozenset[str] = frozenset(
    f"{resource}:{action}" for resource, actions in ACTIONS.items() for action in actions
)

# Who holds only an API key must not be able to make it last, to make more of it, or to give others a way in.
NEVER_BY_KEY: frozenset[str] = frozenset(
    f"{resource}:{action}" for resource in ("apikeys", "clients") for action in ("write", "delete", "manage")
)


class Reach(IntEnum):
    """How far a permission carries: nothing, one's own records, those of one's teams, everything."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


def require_known(permission: str) -> str:
    """Raises ValueError for a permission outside the vocabulary, so that a typo cannot pass as a rule."""
    if permission not in PERMISSIONS:
        raise ValueError(f"unknown permission {permission!r}")
    return permission
