"""People, teams and roles as an administrator changes them. Nobody hands out more than they have themselves."""

from accounts.administration.grants import GrantChange, changes_between, ensure_may_grant
from accounts.administration.people import user_create, user_deactivate, user_reactivate, user_update
from accounts.administration.places import ensure_may_place, may_place
from accounts.administration.roles import role_create, role_delete, role_update
from accounts.administration.superadmins import SUPERADMIN
from accounts.administration.teams import member_add, member_remove, team_create, team_delete, team_update

__all__ = [
    "SUPERADMIN",
    "GrantChange",
    "changes_between",
    "ensure_may_grant",
    "ensure_may_place",
    "may_place",
    "member_add",
    "member_remove",
    "role_create",
    "role_delete",
    "role_update",
    "team_create",
    "team_delete",
    "team_update",
    "user_create",
    "user_deactivate",
    "user_reactivate",
    "user_update",
]
