"""Which grants let somebody change what others may do, or what is recorded of them."""

from collections.abc import Mapping

PRIVILEGED = frozenset(
    {
        *("users:write", "users:delete", "users:manage", "teams:write", "teams:manage", "roles:write", "roles:manage"),
        *("clients:write", "clients:manage", "apikeys:manage", "audit:manage", "security:write", "security:manage"),
        *("compliance:write", "privacy:write", "backups:write", "backups:manage", "settings:write", "settings:manage"),
    }
)


def is_privileged(grants: Mapping[str, str]) -> bool:
    return any(grants.get(permission, "none") != "none" for permission in PRIVILEGED)
