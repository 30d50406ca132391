"""Who am I, who are my colleagues, and signing out at the API's doors."""

import pytest

from accounts.models import AccessToken, Session, TokenFamily
from accounts.tests.oauth_flow import tokens_for
from auditlog.models import AuditEvent

pytestmark = pytest.mark.django_db


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_me_tells_role_teams_and_reach(api, owner, north):
    body = api(owner).get("me").json()
    assert (body["email"], body["name"], body["role"]) == (owner.email, "Olive Owner", "sales_rep")
    assert [team["name"] for team in body["teams"]] == ["North"]
    assert body["permissions"]["customers:read"] == "team" and body["permissions"]["customers:delete"] == "own"
    assert (body["credential"], body["scopes"]) == ("session", None)


def test_me_with_a_token_shows_only_what_its_scopes_leave(client, sign_in, owner, native):
    token = tokens_for(sign_in(owner), native)["access_token"]
    body = client.get("/api/v1/me", headers=bearer(token)).json()
    assert body["credential"] == "token" and body["scopes"] == sorted(body["permissions"])
    assert set(body["scopes"]) == {"customers:read", "deals:write"}


def test_people_change_their_own_name_and_time_zone_and_the_trail_says_so(api, owner):
    answer = api(owner).patch("me", {"full_name": "Olivia Owner", "time_zone": "Europe/Berlin"})
    assert answer.status_code == 200 and answer.json()["full_name"] == "Olivia Owner"
    owner.refresh_from_db()
    assert (owner.full_name, owner.time_zone, owner.version) == ("Olivia Owner", "Europe/Berlin", 2)
    assert AuditEvent.objects.get(action="users.updated").actor_id == owner.pk


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"time_zone": "Mars/Olympus"}, 422, "unknown_time_zone"),
        ({"role": None}, 422, "unknown_field"),
        ({"email": "other@north.example"}, 422, "unknown_field"),
        ({"full_name": "x" * 151}, 422, "max_length"),
    ],
)
def test_nothing_else_of_an_account_can_be_changed(api, owner, change, status, code):
    answer = api(owner).patch("me", change)
    assert answer.status_code == status and answer.json()["error"]["details"][0]["code"] == code
    owner.refresh_from_db()
    assert owner.version == 1


def test_a_stale_profile_is_refused(api, owner):
    assert api(owner).patch("me", {"full_name": "A"}, **{"If-Match": '"9"'}).status_code == 412


def test_a_token_does_not_change_the_profile_of_its_person(client, sign_in, owner, native):
    token = tokens_for(sign_in(owner), native)["access_token"]
    answer = client.patch("/api/v1/me", {"full_name": "Robot"}, content_type="application/json", headers=bearer(token))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "session_required")


def test_people_see_the_colleagues_of_their_teams(api, owner, teammate, outsider):
    rows = api(owner).get("users").json()["results"]
    assert {row["email"] for row in rows} == {owner.email, teammate.email}
    assert api(owner).get(f"users/{outsider.pk}").status_code == 404


def test_colleagues_are_found_by_name_or_address(api, owner, teammate):
    assert [row["full_name"] for row in api(owner).get("users?search=tom").json()["results"]] == ["Tom Teammate"]


def test_teams_and_roles_are_shown_to_who_may_read_them(api, owner, superadmin, north, south):
    assert [row["name"] for row in api(owner).get("teams").json()["results"]] == ["North"]
    assert [row["name"] for row in api(superadmin).get("teams").json()["results"]] == ["North", "South"]
    assert api(owner).get("roles").status_code == 403 and api(superadmin).get("roles").status_code == 200


def test_logout_ends_the_session(api, owner):
    session = api(owner)
    assert session.post("auth/logout").status_code == 204
    assert session.get("me").status_code == 401


def test_logout_with_a_token_ends_its_family_only(client, sign_in, owner, native):
    browser = sign_in(owner)
    first, second = (tokens_for(browser, native)["access_token"] for _ in range(2))
    assert client.post("/api/v1/auth/logout", headers=bearer(first)).status_code == 204
    assert client.get("/api/v1/me", headers=bearer(first)).status_code == 401
    assert client.get("/api/v1/me", headers=bearer(second)).status_code == 200
    assert browser.get("/api/v1/me").status_code == 200


def test_logout_all_ends_every_session_and_token_at_once(client, sign_in, owner, teammate, native):
    here, there, colleague = sign_in(owner), sign_in(owner), sign_in(teammate)
    token = tokens_for(here, native)["access_token"]
    assert client.post("/api/v1/auth/logout-all", headers=bearer(token)).status_code == 204
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 401
    assert [browser.get("/api/v1/me").status_code for browser in (here, there, colleague)] == [401, 401, 200]
    assert not TokenFamily.objects.filter(user=owner, revoked_at=None).exists() and not AccessToken.objects.exists()
    assert AuditEvent.objects.filter(action="users.signed_out_everywhere").count() == 1
    assert Session.objects.exists()
