"""The account an OAuth client acts as by itself: a user with role and teams, whom nobody can sign in as."""

from collections.abc import Iterable

from accounts import administration
from accounts.models import Application, Role, Team, User
from auditlog import writes
from auditlog.services import record, snapshot
from crm.core.actor import Actor
from crm.core.errors import invalid_field
from crm.core.permissions import ACTIONS, Reach

DOMAIN = "service.invalid"
INTEGRATION = "integration"
ADMINISTRATIVE = {
    "users",
    "teams",
    "roles",
    "clients",
    "apikeys",
    "audit",
    "security",
    "compliance",
    "privacy",
    "backups",
    "settings",
}


def account_set(actor: Actor, client: Application, role: Role, teams: Iterable[Team] | None) -> User:
    """The client's account with this role, made where there is none; `teams=None` leaves its teams as they are.

    Raises Forbidden (`beyond_own_grants`) for a role that reaches further than the actor, Invalid for super
    administrator, which only people are.
    """
    if role.name == administration.SUPERADMIN:
        raise invalid_field("role", "A program cannot be super administrator.", "people_only")
    if client.user is not None:
        return administration.user_update(actor, client.user.pk, role=role, teams=teams, is_active=True)
    email = f"{client.client_id}@{DOMAIN}"
    return administration.user_create(
        actor, email=email, full_name=client.name, role=role, teams=teams or (), is_service=True
    )


def account_retire(actor: Actor, account: User) -> None:
    """It stays for the audit trail, and can do nothing."""
    writes.apply(actor, account, {"is_active": False})


def integration_role() -> Role:
    """What the command line gives a program: everyday work in its teams, no administration; its scopes narrow it."""
    grants = {
        f"{resource}:{action}": Reach.TEAM.name.lower()
        for resource, actions in ACTIONS.items()
        for action in actions
        if resource not in ADMINISTRATIVE
    }
    about = {"label": "Integration", "description": "Programs that act by themselves, within their scopes."}
    role, is_new = Role.objects.get_or_create(name=INTEGRATION, defaults={**about, "grants": grants})
    if is_new:
        record(Actor.system("create_oauth_client").through("command"), "roles.created", role, snapshot(role))
    return role
