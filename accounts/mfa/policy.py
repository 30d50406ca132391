"""Who must have a second factor, and what counts as one."""

from collections.abc import Mapping

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from accounts.actors import grants_of
from accounts.models import User
from crm.core.permissions import Reach

# Whoever may decide beyond themselves who gets in, as whom, or with which program.
ADMINISTRATION = (
    "settings:manage",
    "users:manage",
    "users:write",
    "roles:write",
    "apikeys:manage",
    "clients:write",
)


def is_administrator(grants: Mapping[str, Reach]) -> bool:
    """By what the role grants, not by its name: roles are edited."""
    return any(grants.get(permission, Reach.NONE) >= Reach.TEAM for permission in ADMINISTRATION)


def needs_factor(user: User) -> bool:
    """settings.MFA_REQUIRED_FOR: none, admins, all. Anything else means all."""
    match settings.MFA_REQUIRED_FOR:
        case "none":
            return False
        case "admins":
            return is_administrator(grants_of(user))
    return True


def factors_of(user: User) -> QuerySet[Authenticator]:
    """What a person signs in with beside the password. Recovery codes replace a factor once; they are none."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)


def factor_gate(user: User) -> str | None:
    """The address of the set-up, for who must have a factor and has none; costs a query for those who must."""
    if needs_factor(user) and not factors_of(user).exists():
        return reverse("accounts:security_setup")
    return None
