"""Who must have a second factor and has none reaches the set-up and the way out, and nothing else."""

from typing import Any

import pytest
from django.test import Client

from accounts.mfa.policy import is_administrator, needs_factor
from accounts.models import Role, User
from accounts.roles import BUILT_IN
from accounts.tests.second_factor import connect_app, give_password
from accounts.tests.test_second_factor_setup import secret_on
from crm.core.permissions import Reach
from tests.addresses import addresses

pytestmark = pytest.mark.django_db
SETUP = "/accounts/security/setup/"
OPEN = (
    "/accounts/security/setup/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/health/",
    "/api/v1/auth/logout",
)


@pytest.fixture(autouse=True)
def _for_administrators(settings: Any) -> None:
    settings.MFA_REQUIRED_FOR = "admins"


@pytest.mark.parametrize(
    ("permission", "reach", "expected"),
    [
        ("settings:manage", Reach.ALL, True),
        ("users:write", Reach.TEAM, True),
        ("users:manage", Reach.TEAM, True),
        ("roles:write", Reach.ALL, True),
        ("apikeys:manage", Reach.TEAM, True),
        ("clients:write", Reach.ALL, True),
        ("users:write", Reach.OWN, False),
        ("users:read", Reach.ALL, False),
        ("customers:delete", Reach.ALL, False),
        ("apikeys:write", Reach.ALL, False),
    ],
)
def test_an_administrator_is_who_decides_about_others(permission: str, reach: Reach, expected: bool) -> None:
    assert is_administrator({permission: reach}) is expected


def test_among_the_built_in_roles() -> None:
    reached = {
        name: {permission: Reach[reach.upper()] for permission, reach in grants.items()}
        for name, (_label, _description, grants) in BUILT_IN.items()
    }
    assert {name for name, grants in reached.items() if is_administrator(grants)} >= {"superadmin", "admin"}
    assert not is_administrator(reached["sales_rep"])
    assert not is_administrator(reached["read_only"])


def test_an_edited_role_counts_by_what_it_grants(make_user: Any) -> None:
    rep = make_user("rep@north.example")
    assert not needs_factor(rep)
    Role.objects.filter(name="sales_rep").update(grants={"users:manage": "team"})
    assert needs_factor(User.objects.get(pk=rep.pk))


@pytest.mark.parametrize(("setting", "owner_must", "admin_must"), [("none", 0, 0), ("admins", 0, 1), ("all", 1, 1)])
def test_the_setting(
    setting: str, owner_must: int, admin_must: int, owner: User, superadmin: User, settings: Any
) -> None:
    settings.MFA_REQUIRED_FOR = setting
    assert (needs_factor(owner), needs_factor(superadmin)) == (bool(owner_must), bool(admin_must))


def test_after_the_password_one_is_led_to_the_set_up(superadmin: User) -> None:
    client = give_password(superadmin)
    assert client.get("/")["Location"] == SETUP
    page = client.get(SETUP)
    assert b"Authenticator app" in page.content and b"Sign out" in page.content


@pytest.mark.once
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_answers_but_the_set_up_and_the_way_out(method: str, superadmin: User) -> None:
    """Every address of the project without a record in it."""
    client = give_password(superadmin)
    reached = []
    for address in (one for one in addresses() if not one.parameters):
        url = address.url()
        if url.startswith(OPEN):
            continue
        answer = getattr(client, method)(url)
        led = answer.status_code == 302 and answer["Location"] in (SETUP, "/accounts/login/")
        # 401 is the door of agents, where a session is nobody's.
        if not led and answer.status_code not in (401, 403, 405):
            reached.append(f"{url} {answer.status_code}")
    assert reached == []


def test_a_script_is_told_why(superadmin: User) -> None:
    client = give_password(superadmin)
    answer = client.get("/api/v1/customers")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "sign_in_step_required")
    assert client.post("/api/v1/auth/logout").status_code == 204


def test_with_a_factor_everything_opens(superadmin: User) -> None:
    client = give_password(superadmin)
    app = secret_on(client.get(f"{SETUP}app/"))
    client.post(f"{SETUP}app/", {"code": app.code()})
    assert client.get("/accounts/security/codes/").status_code == 200
    assert client.get("/").status_code == client.get("/api/v1/customers").status_code == 200
    assert client.get("/admin/").status_code == 200


def test_who_need_not_is_not_led_anywhere(owner: User) -> None:
    assert give_password(owner).get("/").status_code == 200


def test_a_role_that_grows_asks_on_the_next_request(sign_in: Any, owner: User) -> None:
    client: Client = sign_in(owner)
    assert client.get("/customers/").status_code == 200
    Role.objects.filter(name="sales_rep").update(grants={"users:manage": "team", "customers:read": "team"})
    assert client.get("/customers/")["Location"] == SETUP
    connect_app(owner)
    assert client.get("/customers/").status_code == 200
