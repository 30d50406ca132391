"""The nine demo accounts and their teams."""

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import Membership, Role, Team, User
from auditlog.services import record, snapshot
from crm.core.actor import Actor
from crm.web.demo.draws import Draws

PASSWORD = "Demo-Lantern-42"
DOMAIN = "demo.example"
TEAMS = (("North", "DE"), ("South", "FR"))
NORTH, SOUTH = ("North",), ("South",)

# Address, role, name, teams; superadmin and auditor reach every team by their role, and have North as their home.
ACCOUNTS = (
    ("superadmin", "superadmin", "Sanna Vale", NORTH),
    ("admin", "admin", "Arlo Winter", NORTH + SOUTH),
    ("manager", "sales_manager", "Mara Lindqvist", NORTH + SOUTH),
    ("rep", "sales_rep", "Ruben Falk", NORTH),
    ("rep2", "sales_rep", "Rosa Moreau", SOUTH),
    ("marketing", "marketing", "Mila Thorne", NORTH + SOUTH),
    ("support", "support", "Silas Brandt", NORTH + SOUTH),
    ("auditor", "auditor", "Astrid Keller", NORTH),
    ("readonly", "read_only", "Romy Larkin", NORTH),
)
SELLERS = (("rep", "rep", "rep", "manager"), ("rep2", "rep2", "rep2", "manager"))


def address(name: str) -> str:
    return f"{name}@{DOMAIN}"


def are_here() -> bool:
    return User.objects.filter(email=address(ACCOUNTS[0][0])).exists()


def ensure_teams(actor: Actor, draws: Draws) -> dict[str, Team]:
    teams = {}
    for index, (name, country) in enumerate(TEAMS):
        values = {"id": draws.id("team", index), "country": country}
        teams[name], is_new = Team.objects.get_or_create(name=name, defaults=values)
        if is_new:
            record(actor, "teams.created", teams[name], snapshot(teams[name]))
    return teams


def ensure_accounts(actor: Actor, draws: Draws, teams: dict[str, Team]) -> dict[str, User]:
    """One password hash serves all nine: the password is public, and hashing is slow by intent."""
    roles, password, users = {role.name: role for role in Role.objects.all()}, make_password(PASSWORD), {}
    for index, (name, role, full_name, homes) in enumerate(ACCOUNTS):
        values = {"full_name": full_name, "role": roles[role], "password": password, "id": draws.id("user", index)}
        values["tokens_valid_from"] = timezone.now()
        users[name], is_new = User.objects.get_or_create(email=address(name), defaults=values)
        if is_new:
            Membership.objects.bulk_create(Membership(user=users[name], team=teams[home]) for home in homes)
            record(actor, "users.created", users[name], {"email": (None, address(name)), "role": (None, role)})
    return users


def accounts() -> dict[str, User]:
    """Those that are here, by the first part of their address."""
    users = User.objects.filter(email__in=[address(name) for name, *_ in ACCOUNTS])
    return {user.email.partition("@")[0]: user for user in users}


def sellers(users: dict[str, User]) -> tuple[tuple[Actor, ...], tuple[Actor, ...]]:
    """Who owns records in North and in South, as often as they are named."""
    actors = {name: actor_for(user) for name, user in users.items()}
    north, south = (tuple(actors[name] for name in side) for side in SELLERS)
    return north, south
