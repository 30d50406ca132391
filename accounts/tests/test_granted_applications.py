"""What people granted to programs: they see it, and end one device, one program or all; an administrator, too."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Application, TokenFamily, User
from accounts.tests.oauth_flow import tokens_for, userinfo
from auditlog.models import AuditEvent
from tests.query_counts import counted_queries

pytestmark = pytest.mark.django_db

PAGE = "/accounts/applications/"


@pytest.fixture
def tokens(browser: Client, native: Application) -> dict[str, Any]:
    return tokens_for(browser, native)


def test_the_page_says_which_program_may_do_what_from_where(browser: Client, tokens: Any) -> None:
    page = browser.get(PAGE).content.decode()
    for words in ("Desk tool", "Customers", "create and change", "127.0.0.1"):
        assert words in page


def test_nobody_sees_or_ends_what_others_granted(
    sign_in: Any, teammate: User, native: Application, tokens: Any
) -> None:
    other = sign_in(teammate)
    assert "Desk tool" not in other.get(PAGE).content.decode()
    assert other.post(f"{PAGE}{native.pk}/end/").status_code == 404
    assert other.post(f"{PAGE}devices/{TokenFamily.objects.get().pk}/end/").status_code == 404
    assert other.post(f"{PAGE}end/").status_code == 302
    assert userinfo(tokens["access_token"]).status_code == 200


@pytest.mark.parametrize("what", ["one", "device", "all"])
def test_ending_acts_on_the_very_next_request(browser: Client, native: Application, tokens: Any, what: str) -> None:
    path = {"one": f"{native.pk}/end/", "device": f"devices/{TokenFamily.objects.get().pk}/end/", "all": "end/"}[what]
    assert browser.post(f"{PAGE}{path}").status_code == 302
    assert userinfo(tokens["access_token"]).status_code == 401
    assert "Desk tool" not in browser.get(PAGE).content.decode()
    event = AuditEvent.objects.get(action="tokens.revoked")
    assert "Desk tool" in event.object_label


def test_ending_one_device_leaves_the_other(browser: Client, native: Application, tokens: Any) -> None:
    other = tokens_for(browser, native)
    first = TokenFamily.objects.order_by("started_at").first()
    browser.post(f"{PAGE}devices/{first.pk}/end/")
    assert userinfo(tokens["access_token"]).status_code == 401
    assert userinfo(other["access_token"]).status_code == 200


def test_the_api_lists_and_ends_ones_own(api: Any, owner: User, native: Application, tokens: Any) -> None:
    listed = api(owner).get("me/applications").json()["results"]
    assert [one["name"] for one in listed] == ["Desk tool"]
    assert listed[0]["scopes"] == ["customers:read", "deals:write"]
    device = listed[0]["devices"][0]
    assert device["last_address"] == "127.0.0.1"
    assert api(owner).delete(f"me/applications/devices/{device['id']}").status_code == 204
    assert userinfo(tokens["access_token"]).status_code == 401
    assert api(owner).delete(f"me/applications/{native.pk}").status_code == 404
    assert api(owner).delete("me/applications").status_code == 204


def test_a_token_does_not_see_what_else_was_granted(tokens: Any) -> None:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    for method in ("get", "delete"):
        answer = getattr(Client(), method)("/api/v1/me/applications", headers=headers)
        assert answer.json()["error"]["code"] == "session_required"


def test_an_administrator_sees_and_ends_it_for_somebody(
    api: Any, superadmin: User, owner: User, native: Application, tokens: Any
) -> None:
    door = api(superadmin)
    assert door.get(f"users/{owner.pk}/applications").json()["results"][0]["name"] == "Desk tool"
    assert door.delete(f"users/{owner.pk}/applications/{native.pk}").status_code == 204
    assert userinfo(tokens["access_token"]).status_code == 401
    assert AuditEvent.objects.get(action="tokens.revoked").actor_id == superadmin.pk
    assert door.delete(f"users/{owner.pk}/applications").status_code == 204


def test_a_teammate_may_not(api: Any, teammate: User, owner: User, tokens: Any) -> None:
    for method in ("get", "delete"):
        assert getattr(api(teammate), method)(f"users/{owner.pk}/applications").status_code == 403
    assert userinfo(tokens["access_token"]).status_code == 200


def test_what_has_ended_otherwise_is_not_listed(browser: Client, owner: User, tokens: Any) -> None:
    Application.objects.update(is_active=False)
    assert "Desk tool" not in browser.get(PAGE).content.decode()


def test_use_is_noted_with_its_address_at_most_once_a_minute(tokens: Any) -> None:
    first = TokenFamily.objects.get().last_used_at
    userinfo(tokens["access_token"])
    assert TokenFamily.objects.get().last_used_at == first
    TokenFamily.objects.update(last_used_at=first.replace(year=first.year - 1))
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    Client(REMOTE_ADDR="192.0.2.7").get("/auth/userinfo", headers=headers)
    family = TokenFamily.objects.get()
    assert family.last_used_at >= first
    assert (family.address, family.last_address) == ("127.0.0.1", "192.0.2.7")


@pytest.mark.parametrize("door", ["session", "token"])
def test_knowing_who_asks_costs_two_statements(browser: Client, tokens: Any, door: str) -> None:
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    client, headers = (browser, {}) if door == "session" else (Client(), bearer)
    client.get("/api/v1/", headers=headers)
    with counted_queries() as queries:
        assert client.get("/api/v1/", headers=headers).status_code == 200
    assert queries.count == 2
