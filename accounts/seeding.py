"""The built-in roles, put in place once; later edits by an administrator stay."""

from typing import Any

from accounts.roles import BUILT_IN


def seed_roles(role_model: Any) -> None:
    for name, (label, description, grants) in BUILT_IN.items():
        values = {"label": label, "description": description, "grants": grants}
        role_model.objects.get_or_create(name=name, defaults=values)
