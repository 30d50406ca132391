"""Somebody must stay super administrator, also when two people act at the same moment."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from accounts.models import Role, User
from crm.core.errors import Conflict

SUPERADMIN = "superadmin"


def lock_superadmins() -> None:
    """Puts changes of people in a line, so that two of the last superadmins cannot demote each other."""
    list(Role.objects.select_for_update().filter(name=SUPERADMIN).values("pk"))


def ensure_a_superadmin_is_left() -> None:
    """One who can sign in: an invitation that nobody accepted yet is no way back. Raises Conflict."""
    active = User.objects.filter(role__name=SUPERADMIN, is_active=True, is_service=False)
    never_in = {"last_login__isnull": True, "password__startswith": UNUSABLE_PASSWORD_PREFIX}
    if not active.exclude(**never_in).exists():
        raise Conflict("Somebody must stay super administrator.", code="last_superadmin")
