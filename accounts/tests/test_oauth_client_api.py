"""OAuth clients in the API: who may, what is shown once, and what a credential may not breed."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Application, Role, Team, User
from accounts.oauth.clients import client_create
from accounts.tests.oauth_flow import by_itself, redeem, tokens_for
from accounts.tests.oauth_flow import decide as decided
from crm.api.models import StoredAnswer
from crm.core.actor import Actor

pytestmark = pytest.mark.django_db

NEW = {
    "name": "Tool",
    "client_type": "confidential",
    "redirect_uris": ["https://tool.example/done"],
    "scopes": ["customers:read"],
}


@pytest.fixture
def administrator(make_user: Any, north: Team) -> User:
    return make_user("admin@north.example", "admin", (north,))


@pytest.fixture
def door(api: Any, administrator: User) -> Any:
    return api(administrator)


def test_a_client_is_registered_read_changed_and_deleted(door: Any) -> None:
    answer = door.post("oauth-clients", NEW)
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    made = answer.json()
    assert Application.objects.get().secret_matches(made["client_secret"])
    assert made["grant_types"] == ["authorization_code", "refresh_token"]
    shown = door.get(f"oauth-clients/{made['id']}").json()
    assert shown == {name: value for name, value in made.items() if name != "client_secret"}
    changes = {"name": "Renamed", "redirect_uris": ["http://127.0.0.1/cb"], "scopes": ["deals:read"]}
    changed = door.patch(f"oauth-clients/{made['id']}", changes, **{"If-Match": '"1"'}).json()
    assert {name: changed[name] for name in changes} == changes
    assert door.patch(f"oauth-clients/{made['id']}", {"name": "x"}, **{"If-Match": '"1"'}).status_code == 412
    assert door.get("oauth-clients?search=renam").json()["results"][0]["id"] == made["id"]
    assert door.delete(f"oauth-clients/{made['id']}").status_code == 204
    assert door.get("oauth-clients").json()["results"] == []


def test_a_role_and_teams_let_it_act_by_itself(door: Any, north: Team) -> None:
    role = Role.objects.get(name="sales_rep")
    made = door.post("oauth-clients", NEW | {"role": str(role.pk), "teams": [str(north.pk)]}).json()
    assert made["grant_types"] == ["authorization_code", "refresh_token", "client_credentials"]
    client = Application.objects.get()
    assert by_itself(client, made["client_secret"]).status_code == 200
    assert door.patch(f"oauth-clients/{client.pk}", {"role": None}).json()["service_account"] is None


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"scopes": ["everything:do"]}, 422, "unknown_scope"),
        ({"redirect_uris": ["http://tool.example/"]}, 422, "invalid_redirect_uri"),
        ({"redirect_uris": []}, 422, "required"),
        ({"surprise": 1}, 422, "unknown_field"),
        ({"client_secret": "mine"}, 422, "unknown_field"),
        ({"is_active": False}, 201, ""),
        ({"name": ""}, 422, "blank"),
        ({"scopes": "customers:read"}, 422, "not_a_list"),
        ({"teams": []}, 422, "required"),
    ],
)
def test_what_cannot_be_is_refused(door: Any, changes: Any, status: int, code: str) -> None:
    answer = door.post("oauth-clients", NEW | changes)
    assert answer.status_code == status, answer.content
    if code:
        assert code in {one["code"] for one in answer.json()["error"]["details"]}
        assert not Application.objects.exists()


def test_the_kind_of_a_client_stays(door: Any, native: Application) -> None:
    answer = door.patch(f"oauth-clients/{native.pk}", {"client_type": "confidential"})
    assert answer.json()["error"]["details"][0]["code"] == "unchangeable"


def test_a_secret_is_rotated_with_an_overlap(door: Any, robot: Any) -> None:
    client, old = robot
    answer = door.post(f"oauth-clients/{client.pk}/rotate-secret", {"overlap_hours": 1})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    fresh = answer.json()["client_secret"]
    assert by_itself(client, old).status_code == by_itself(client, fresh).status_code == 200
    for hours in (169, -1, 10**12):
        refusal = door.post(f"oauth-clients/{client.pk}/rotate-secret", {"overlap_hours": hours})
        assert refusal.status_code == 422
    assert door.post(f"oauth-clients/{client.pk}/rotate-secret", {}).status_code == 200


def test_a_public_client_has_no_secret(door: Any, native: Application) -> None:
    refusal = door.post(f"oauth-clients/{native.pk}/rotate-secret", {})
    assert (refusal.status_code, refusal.json()["error"]["code"]) == (409, "no_secret")
    public = NEW | {"client_type": "public"}
    assert door.post("oauth-clients", public).json()["client_secret"] is None


def test_disabling_and_enabling(door: Any, robot: Any) -> None:
    client, secret = robot
    assert door.post(f"oauth-clients/{client.pk}/disable").json()["is_active"] is False
    assert by_itself(client, secret).status_code == 401
    assert door.post(f"oauth-clients/{client.pk}/enable").json()["is_active"] is True
    assert by_itself(client, secret).status_code == 200


def test_use_tells_grants_people_and_tokens_a_day(door: Any, browser: Client, native: Application, robot: Any) -> None:
    tokens_for(browser, native)
    tokens_for(browser, native)
    use = door.get(f"oauth-clients/{native.pk}/use").json()
    assert (use["live_grants"], use["people"], len(use["issued"])) == (2, 1, 30)
    assert use["issued"][-1]["tokens"] == 2
    by_itself(*robot)
    use = door.get(f"oauth-clients/{robot[0].pk}/use").json()
    assert (use["issued"][-1]["tokens"], use["people"]) == (1, 0)


def test_a_repeated_request_does_not_repeat_the_secret_and_none_is_kept(door: Any) -> None:
    first, second = (door.post("oauth-clients", NEW, **{"Idempotency-Key": "once"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second["Idempotency-Replayed"] == "true"
    assert first.json() | {"client_secret": None} == second.json()
    assert first.json()["client_secret"].encode() not in bytes(StoredAnswer.objects.get().body)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "oauth-clients", NEW),
        ("patch", "oauth-clients/{}", {"name": "x"}),
        ("post", "oauth-clients/{}/rotate-secret", {}),
        ("post", "oauth-clients/{}/enable", {}),
    ],
)
def test_a_session_must_be_fresh(
    sign_in_long_ago: Any, administrator: User, confidential: Any, method: str, path: str, body: Any
) -> None:
    stale = sign_in_long_ago(administrator)
    answer = getattr(stale, method)(f"/api/v1/{path.format(confidential[0].pk)}", body, "application/json")
    assert answer.json()["error"]["code"] == "reauthentication_required"


def test_a_rep_may_nothing(api: Any, owner: User, native: Application) -> None:
    for method, path in (
        ("get", "oauth-clients"),
        ("post", "oauth-clients"),
        ("get", f"oauth-clients/{native.pk}"),
        ("patch", f"oauth-clients/{native.pk}"),
        ("delete", f"oauth-clients/{native.pk}"),
        ("get", f"oauth-clients/{native.pk}/use"),
        ("post", f"oauth-clients/{native.pk}/rotate-secret"),
        ("post", f"oauth-clients/{native.pk}/disable"),
    ):
        assert getattr(api(owner), method)(path, {}).status_code == 403


def bearer_of(administrator: User, sign_in: Any, scopes: list[str]) -> dict[str, str]:
    client = client_create(
        Actor.system("test"),
        name="Console",
        client_type="public",
        redirect_uris=["http://127.0.0.1/callback"],
        scopes=scopes,
    )[0]
    code = decided(sign_in(administrator), client, scope=" ".join(scopes))["code"]
    return {"Authorization": f"Bearer {redeem(client, code).json()['access_token']}"}


def test_a_token_registers_clients_with_the_scope_and_none_beyond_its_own(administrator: User, sign_in: Any) -> None:
    headers = bearer_of(administrator, sign_in, ["clients:read", "clients:write", "customers:read"])
    made = Client().post("/api/v1/oauth-clients", NEW, "application/json", headers=headers)
    assert made.status_code == 201
    refusal = Client().post(
        "/api/v1/oauth-clients", NEW | {"scopes": ["deals:read"]}, "application/json", headers=headers
    )
    assert refusal.json()["error"]["code"] == "beyond_own_grants"


def test_a_token_without_the_scope_registers_nothing(administrator: User, sign_in: Any) -> None:
    headers = bearer_of(administrator, sign_in, ["clients:read", "customers:read"])
    assert Client().post("/api/v1/oauth-clients", NEW, "application/json", headers=headers).status_code == 403
