"""Redeeming codes and refreshing: one use each, and what a second use costs."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import AccessToken, Application, Grant, RefreshToken, TokenFamily, User
from accounts.tests.oauth_flow import REDIRECT, VERIFIER, decide, post, redeem, refresh, revoke, tokens_for, userinfo
from auditlog.models import AuditEvent
from conftest import PASSWORD

pytestmark = pytest.mark.django_db


def refused(response: Any, error: str = "invalid_grant", status: int = 400) -> None:
    assert response.status_code == status, response.content
    assert response.json()["error"] == error
    assert (response["Cache-Control"], response["Pragma"]) == ("no-store", "no-cache")
    assert response["Content-Type"] == "application/json"


def test_a_code_becomes_an_access_and_a_refresh_token(browser: Client, native: Application) -> None:
    response = redeem(native, decide(browser, native)["code"])
    assert response.status_code == 200
    assert (response["Cache-Control"], response["Pragma"]) == ("no-store", "no-cache")
    answer = response.json()
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == settings.ACCESS_MINUTES * 60
    assert answer["scope"] == "customers:read deals:write"
    assert userinfo(answer["access_token"]).status_code == 200


def test_the_token_endpoint_reads_json_too(browser: Client, native: Application) -> None:
    from_form = redeem(native, "unknown")
    sent = {"grant_type": "authorization_code", "client_id": native.client_id, "code": "unknown"}
    from_json = Client().post("/auth/token", sent | {"code_verifier": "v", "redirect_uri": "r"}, "application/json")
    assert from_form.json() == from_json.json()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": "ü" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:1/callback"}, "invalid_request"),
        ({"code": "unknown"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"code": "x" * 100_000}, "invalid_grant"),
        ({"code": "a\x00b"}, "invalid_request"),
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, "unsupported_grant_type"),
    ],
)
def test_a_faulty_redemption_issues_nothing(browser: Client, native: Application, changes: Any, error: str) -> None:
    refused(redeem(native, decide(browser, native)["code"], **changes), error)
    assert not TokenFamily.objects.exists()


def test_a_code_belongs_to_its_client(browser: Client, native: Application, confidential: Any) -> None:
    other, secret = confidential
    code = decide(browser, native)["code"]
    refused(redeem(other, code, client_secret=secret))
    assert redeem(native, code).status_code == 200


def test_a_code_lives_for_a_minute(browser: Client, native: Application) -> None:
    code = decide(browser, native)["code"]
    Grant.objects.update(expires=timezone.now() - timedelta(seconds=1))
    refused(redeem(native, code))


def test_a_replayed_code_kills_what_it_issued(browser: Client, native: Application) -> None:
    code = decide(browser, native)["code"]
    tokens = redeem(native, code).json()
    refused(redeem(native, code))
    assert userinfo(tokens["access_token"]).status_code == 401
    refused(refresh(native, tokens["refresh_token"]))
    assert AuditEvent.objects.filter(action="tokens.code_replayed").count() == 1


def test_refreshing_rotates_both_tokens(browser: Client, native: Application) -> None:
    first = tokens_for(browser, native)
    response = refresh(native, first["refresh_token"])
    assert response.status_code == 200
    second = response.json()
    assert first["refresh_token"] != second["refresh_token"]
    assert userinfo(second["access_token"]).status_code == 200
    assert userinfo(first["access_token"]).status_code == 401
    assert TokenFamily.objects.count() == 1


@pytest.mark.parametrize("generations", [1, 3])
def test_a_refresh_token_used_twice_revokes_its_family(browser: Client, native: Application, generations: int) -> None:
    first = latest = tokens_for(browser, native)
    for _ in range(generations):
        latest = refresh(native, latest["refresh_token"]).json()
    refused(refresh(native, first["refresh_token"]))
    assert userinfo(latest["access_token"]).status_code == 401
    refused(refresh(native, latest["refresh_token"]))
    assert AuditEvent.objects.filter(action="tokens.refresh_token_reused").count() == 1


def test_another_family_survives_the_reuse(browser: Client, native: Application) -> None:
    other, first = tokens_for(browser, native), tokens_for(browser, native)
    refresh(native, first["refresh_token"])
    refused(refresh(native, first["refresh_token"]))
    assert userinfo(other["access_token"]).status_code == 200


def test_a_refresh_token_belongs_to_its_client(browser: Client, native: Application, confidential: Any) -> None:
    other, secret = confidential
    first = tokens_for(browser, native)
    refused(refresh(other, first["refresh_token"], client_secret=secret))
    assert refresh(native, first["refresh_token"]).status_code == 200


def test_refreshing_may_ask_for_less_and_later_for_all_again(browser: Client, native: Application) -> None:
    less = refresh(native, tokens_for(browser, native)["refresh_token"], scope="customers:read").json()
    assert less["scope"] == "customers:read"
    assert refresh(native, less["refresh_token"]).json()["scope"] == "customers:read deals:write"


@pytest.mark.parametrize("scope", ["customers:write", "customers:read customers:write", "nonsense"])
def test_refreshing_never_widens(browser: Client, native: Application, scope: str) -> None:
    refused(refresh(native, tokens_for(browser, native)["refresh_token"], scope=scope), "invalid_scope")


def test_refreshing_by_json(browser: Client, native: Application) -> None:
    sent = {"refresh_token": tokens_for(browser, native)["refresh_token"], "client_id": native.client_id}
    response = Client().post("/auth/refresh", sent, content_type="application/json")
    assert response.status_code == 200
    assert set(response.json()) == {"access_token", "refresh_token", "expires_in", "token_type", "scope"}


def test_refreshing_by_the_token_endpoint_is_the_same(browser: Client, native: Application) -> None:
    first = tokens_for(browser, native)
    sent = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "client_id": native.client_id}
    assert post("/auth/token", **sent).status_code == 200
    refused(refresh(native, first["refresh_token"]))


@pytest.mark.parametrize(
    ("model", "field", "ago"),
    [
        (RefreshToken, "created", timedelta(days=settings.REFRESH_DAYS)),
        (TokenFamily, "expires_at", timedelta(0)),
    ],
)
def test_a_refresh_token_and_its_family_expire(
    browser: Client, native: Application, model: Any, field: str, ago: timedelta
) -> None:
    tokens = tokens_for(browser, native)
    model.objects.update(**{field: timezone.now() - ago})
    refused(refresh(native, tokens["refresh_token"]))


def test_the_family_does_not_outlive_its_limit_by_being_refreshed(browser: Client, native: Application) -> None:
    first = tokens_for(browser, native)
    ends = TokenFamily.objects.get().expires_at
    refresh(native, first["refresh_token"])
    assert TokenFamily.objects.get().expires_at == ends


@pytest.mark.parametrize(("model", "field"), [(AccessToken, "expires"), (TokenFamily, "expires_at")])
def test_an_access_token_expires_by_itself_or_with_its_family(
    browser: Client, native: Application, model: Any, field: str
) -> None:
    tokens = tokens_for(browser, native)
    model.objects.update(**{field: timezone.now()})
    assert userinfo(tokens["access_token"]).status_code == 401


def deactivate(person: User, client: Application) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def change_password(person: User, client: Application) -> None:
    User.objects.filter(pk=person.pk).update(tokens_valid_from=timezone.now())


def disable_client(person: User, client: Application) -> None:
    Application.objects.filter(pk=client.pk).update(is_active=False)


@pytest.mark.parametrize(
    ("happens", "error", "status"),
    [
        (deactivate, "invalid_grant", 400),
        (change_password, "invalid_grant", 400),
        (disable_client, "invalid_client", 401),
    ],
)
def test_what_ends_every_token_at_once(
    browser: Client, owner: User, native: Application, happens: Any, error: str, status: int
) -> None:
    code = decide(browser, native)["code"]
    tokens = tokens_for(browser, native)
    happens(owner, native)
    assert userinfo(tokens["access_token"]).status_code == 401
    refused(refresh(native, tokens["refresh_token"]), error, status)
    refused(redeem(native, code), error, status)


def test_changing_the_password_on_the_page_ends_every_token_and_keeps_the_session(
    browser: Client, native: Application
) -> None:
    tokens = tokens_for(browser, native)
    sent = {"oldpassword": PASSWORD, "password1": "Lantern-under-harbour-8", "password2": "Lantern-under-harbour-8"}
    assert browser.post("/accounts/password/change/", sent).status_code == 302
    assert userinfo(tokens["access_token"]).status_code == 401
    refused(refresh(native, tokens["refresh_token"]))
    assert userinfo(tokens_for(browser, native)["access_token"]).status_code == 200


def test_a_scope_taken_from_the_client_is_gone_on_the_next_request(browser: Client, native: Application) -> None:
    tokens = tokens_for(browser, native)
    Application.objects.update(allowed_scopes="customers:read")
    assert userinfo(tokens["access_token"]).json()["scopes"] == ["customers:read"]
    assert refresh(native, tokens["refresh_token"]).json()["scope"] == "customers:read"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
def test_revoking_either_token_ends_both(browser: Client, native: Application, kind: str, hint: str | None) -> None:
    tokens = tokens_for(browser, native)
    response = revoke(native, tokens[kind], token_type_hint=hint)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert userinfo(tokens["access_token"]).status_code == 401
    refused(refresh(native, tokens["refresh_token"]))
    assert AuditEvent.objects.filter(action="tokens.revoked").count() == 1


def test_the_family_decides_even_while_a_token_of_it_is_still_there(browser: Client, native: Application) -> None:
    tokens = tokens_for(browser, native)
    TokenFamily.objects.update(revoked_at=timezone.now())
    assert AccessToken.objects.exists()
    assert userinfo(tokens["access_token"]).status_code == 401


def test_revoking_an_unknown_token_or_somebody_elses_is_200_and_does_nothing(
    browser: Client, native: Application, confidential: Any
) -> None:
    other, secret = confidential
    tokens = tokens_for(browser, native)
    assert revoke(other, tokens["access_token"], client_secret=secret).status_code == 200
    assert revoke(native, "unknown").status_code == 200
    assert userinfo(tokens["access_token"]).status_code == 200


def test_revoking_needs_a_known_client_and_a_token(native: Application, confidential: Any) -> None:
    refused(revoke(native, "x", client_id="unknown"), "invalid_client", 401)
    refused(revoke(confidential[0], "x"), "invalid_client", 401)
    refused(revoke(native, ""), "invalid_request")


@pytest.mark.parametrize("address", ["/auth/token", "/auth/refresh", "/auth/revoke", "/auth/introspect"])
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/x-www-form-urlencoded", {400, 401}),
        (b"%zz=%zz&&=;", "application/x-www-form-urlencoded", {400, 401}),
        (b"token=%00", "application/x-www-form-urlencoded", {400}),
        (b"token=a&token=b", "application/x-www-form-urlencoded", {400}),
        (b"\xff\xfe", "application/x-www-form-urlencoded", {400, 401}),
        (b"token=a", "application/x-www-form-urlencoded; charset=utf-16", {400}),
        (b"{", "application/json", {400}),
        (b"[" * 100_000, "application/json", {400}),
        (b"[]", "application/json", {400}),
        (b'{"token": 1}', "application/json", {400}),
        (b'{"token": "\\u0000"}', "application/json", {400}),
        (b'{"token": "\\ud800"}', "application/json", {400}),
        (b"\xff", "application/json", {400}),
        (b"token=a", "text/plain", {415}),
        (b"--x", "multipart/form-data; boundary=x", {415}),
        (b"a=" + b"a" * 2_600_000, "application/x-www-form-urlencoded", {413}),
        (b"{" + b" " * 2_600_000 + b"}", "application/json", {413}),
        (b"&".join(b"a%d=1" % n for n in range(3000)), "application/x-www-form-urlencoded", {400}),
    ],
)
def test_no_body_is_a_500(db: Any, address: str, body: bytes, kind: str, status: set[int]) -> None:
    response = Client().generic("POST", address, body, content_type=kind)
    assert response.status_code in status, response.content
    assert response.json()["error"] in {"invalid_request", "invalid_client"}
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["token", "refresh", "revoke", "introspect", "challenge", "userinfo"])
def test_a_nul_in_the_address_is_refused_in_the_words_of_the_standard(name: str) -> None:
    response = Client().generic("POST", f"/auth/{name}?x=%00", b"a=b", "application/x-www-form-urlencoded")
    refused(response, "invalid_request")
    assert set(response.json()) == {"error", "error_description"}


@pytest.mark.parametrize("name", ["token", "refresh", "revoke", "introspect", "challenge"])
def test_these_answer_only_post(name: str) -> None:
    response = Client().get(f"/auth/{name}")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert json.loads(response.content)["error"] == "invalid_request"


def test_parameters_in_the_address_are_refused(browser: Client, native: Application) -> None:
    code = decide(browser, native)["code"]
    sent = {"grant_type": "authorization_code", "client_id": native.client_id, "code_verifier": VERIFIER}
    refused(post("/auth/token?x=1", **sent, code=code, redirect_uri=REDIRECT), "invalid_request")
    assert redeem(native, code).status_code == 200
