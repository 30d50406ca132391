"""Keys over the API: made by a fresh session or an OAuth token, shown once, kept from others, reported when leaked."""

import pytest
from django.core import mail
from django.test import Client

from accounts.apikeys.key_format import checksum
from accounts.models import ApiKey, Application
from accounts.tests.api_keys import ask, code_of, make_key
from accounts.tests.oauth_flow import tokens_for
from auditlog.models import AuditEvent, SecurityEvent

pytestmark = pytest.mark.django_db

UNKNOWN = f"crm_live_{'0' * 40}{checksum('0' * 40)}"
NEW = {"name": "Nightly export", "scopes": ["customers:read"]}


def test_a_session_makes_a_key_that_is_shown_this_once(api, owner):
    answer = api(owner).post("api-keys", {**NEW, "allowed_networks": ["127.0.0.1"], "expires_in_days": 7})
    body = answer.json()
    assert answer.status_code == 201 and answer["Cache-Control"] == "no-store" and answer["ETag"] == '"1"'
    assert ask(body["key"]).status_code == 200
    shown = api(owner).get(f"api-keys/{body['id']}").json()
    assert "key" not in shown and shown["hint"] == body["key"][-4:] and shown["state"] == "active"
    assert {name: shown[name] for name in ("name", "scopes", "allowed_networks", "user")} == {
        **NEW,
        "allowed_networks": ["127.0.0.1/32"],
        "user": str(owner.pk),
    }
    assert body["key"] not in api(owner).get("api-keys").content.decode()


def test_a_session_must_be_fresh_to_make_rotate_or_change(owner, sign_in_long_ago):
    key, _ = make_key(owner)
    browser = sign_in_long_ago(owner)
    for method, path, body in (
        ("post", "api-keys", NEW),
        ("post", f"api-keys/{key.pk}/rotate", {}),
        ("patch", f"api-keys/{key.pk}", {"name": "x"}),
    ):
        answer = getattr(browser, method)(f"/api/v1/{path}", body, content_type="application/json")
        assert (answer.status_code, code_of(answer)) == (403, "reauthentication_required")
    assert ApiKey.objects.count() == 1
    assert browser.post(f"/api/v1/api-keys/{key.pk}/revoke").status_code == 200


def test_a_token_with_the_scope_makes_keys_within_its_scopes(owner, sign_in, native):
    Application.objects.update(allowed_scopes="apikeys:read apikeys:write customers:read")
    token = tokens_for(sign_in(owner), native, scope="apikeys:read apikeys:write customers:read")["access_token"]
    assert ask(token, "api-keys", "post", NEW).status_code == 201
    answer = ask(token, "api-keys", "post", {**NEW, "scopes": ["deals:read"]})
    assert (answer.status_code, code_of(answer)) == (403, "beyond_own_grants")
    narrow = tokens_for(sign_in(owner), native, scope="customers:read")["access_token"]
    assert ask(narrow, "api-keys", "post", NEW).status_code == 403


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": ""}, "name", "blank"),
        ({"scopes": "customers:read"}, "scopes", "not_a_list"),
        ({"scopes": ["nonsense"]}, "scopes", "unknown_scope"),
        ({"scopes": ["apikeys:write"]}, "scopes", "scope_not_for_keys"),
        ({"expires_in_days": 366}, "expires_in_days", "max_value"),
        ({"expires_in_days": 0}, "expires_in_days", "min_value"),
        ({"allowed_networks": ["nowhere"]}, "allowed_networks", "invalid_network"),
        ({"allowed_networks": ["1.1.1.1"] * 51}, "allowed_networks", "max_length"),
        ({"user": "x"}, "user", "unknown_field"),
        ({"key": "crm_live_mine"}, "key", "unknown_field"),
        ({"digest": "x"}, "digest", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named(api, owner, change, field, code):
    answer = api(owner).post("api-keys", {**NEW, **change})
    details = answer.json().get("error", {}).get("details", [])
    if field == "user":  # shown, and not to be written
        assert answer.status_code == 201 and answer.json()["user"] == str(owner.pk)
        return
    assert answer.status_code == 422 and (details[0]["field"].split(".")[0], details[0]["code"]) == (field, code)
    assert not ApiKey.objects.exists()


def test_a_repeated_request_makes_one_key_and_does_not_show_it_again(api, owner):
    first, again = (api(owner).post("api-keys", NEW, **{"Idempotency-Key": "once-and-for-all"}) for _ in range(2))
    assert first.json()["key"] and again.json()["key"] is None
    assert again["Idempotency-Replayed"] == "true" and again.json()["id"] == first.json()["id"]
    assert ApiKey.objects.count() == 1


def test_rotate_change_revoke_and_delete(api, owner):
    key, secret = make_key(owner, "customers:read", "deals:read")
    caller, address = api(owner), f"api-keys/{key.pk}"
    changed = caller.patch(address, {"scopes": ["customers:read"]}, **{"If-Match": '"1"'})
    assert changed.status_code == 200 and changed.json()["version"] == 2
    assert caller.patch(address, {"name": "x"}, **{"If-Match": '"1"'}).status_code == 412
    rotated = caller.post(f"{address}/rotate", {"overlap_days": 1})
    assert rotated.status_code == 201 and rotated["Cache-Control"] == "no-store"
    assert ask(rotated.json()["key"]).status_code == 200
    assert caller.get(address).json()["state"] == "replaced"
    again = caller.post(f"{address}/rotate", {})
    assert (again.status_code, code_of(again)) == (409, "already_rotated")
    revoked = caller.post(f"{address}/revoke")
    assert (revoked.json()["state"], revoked.json()["revoked_reason"]) == ("revoked", "revoked")
    assert ask(secret).status_code == 401
    assert caller.delete(address).status_code == 204 and caller.get(address).status_code == 404


def test_a_key_reads_about_keys_where_its_scopes_allow(superadmin):
    _, secret = make_key(superadmin, "apikeys:read")
    assert len(ask(secret, "api-keys").json()["results"]) == 1


@pytest.mark.parametrize("persona", ["teammate", "outsider"])
@pytest.mark.parametrize(
    ("method", "path"), [("get", ""), ("patch", ""), ("delete", ""), ("post", "/rotate"), ("post", "/revoke")]
)
def test_to_others_it_is_not_there(request, api, owner, persona, method, path):
    key, _ = make_key(owner)
    caller = api(request.getfixturevalue(persona))
    assert getattr(caller, method)(f"api-keys/{key.pk}{path}", {}).status_code == 404
    assert caller.get("api-keys").json()["results"] == []


def test_lists_are_narrowed_and_sorted(api, superadmin, owner):
    keys = [make_key(person, name=name)[0] for person, name in ((owner, "Beta"), (superadmin, "Alpha"))]
    caller = api(superadmin)
    caller.post(f"api-keys/{keys[0].pk}/revoke")

    def names(query):
        return [one["name"] for one in caller.get(f"api-keys?{query}").json()["results"]]

    assert names("") == ["Alpha", "Beta"] and names("ordering=-name") == ["Beta", "Alpha"]
    assert (names("state=live"), names("state=revoked"), names("state=expired")) == (["Alpha"], ["Beta"], [])
    assert names(f"user={owner.pk}") == ["Beta"] and names("search=olive") == ["Beta"]
    assert names(f"search={keys[1].hint}") == ["Alpha"]
    assert caller.get("api-keys?expand=user").json()["results"][0]["user"]["email"] == superadmin.email


# Leaks


def report(key, client=None, **extra):
    return (client or Client()).post("/api/v1/api-keys/leaked", {"key": key}, content_type="application/json", **extra)


def test_who_finds_a_key_ends_it(owner, django_capture_on_commit_callbacks):
    key, secret = make_key(owner)
    with django_capture_on_commit_callbacks(execute=True):
        answer = report(secret, REMOTE_ADDR="198.51.100.9")
    assert (answer.status_code, answer.content) == (204, b"")
    assert ask(secret).status_code == 401
    event = SecurityEvent.objects.get(kind="key.leaked")
    assert (event.severity, event.person_id, event.address) == ("high", owner.pk, "198.51.100.9")
    key.refresh_from_db()
    assert key.revoked_reason == "leaked" and AuditEvent.objects.filter(action="api_keys.revoked").exists()
    assert [one.to for one in mail.outbox] == [[owner.email]] * 2 and "leaked" in mail.outbox[1].body
    assert not any(secret in one.body for one in mail.outbox)


@pytest.mark.parametrize("text", [UNKNOWN, "crm_live_nonsense", "x"])
def test_the_answer_does_not_tell_whether_it_was_a_key(owner, text):
    _, secret = make_key(owner)
    known, unknown = report(secret), report(text)
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (204, b"")
    assert SecurityEvent.objects.filter(kind="key.leaked").count() == 1


def test_a_leak_reported_again_is_no_news_and_its_successor_lives_on(api, owner):
    key, secret = make_key(owner)
    new = api(owner).post(f"api-keys/{key.pk}/rotate", {}).json()["key"]
    for _ in range(3):
        report(secret)
    assert SecurityEvent.objects.filter(kind="key.leaked").count() == 1 and ask(new).status_code == 200


def test_a_report_needs_no_credential_no_csrf_token_and_minds_neither(owner):
    _, secret = make_key(owner)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner, backend="accounts.backends.EmailBackend")
    assert report(secret, browser).status_code == 204
    _, other = make_key(owner, name="Other")
    assert report(other, headers={"Authorization": "Bearer nonsense"}).status_code == 204
    assert ask(other).status_code == 401


@pytest.mark.parametrize("body", [{}, {"key": ""}, {"key": "x" * 201}, {"key": ["x"]}, {"token": "x"}, []])
def test_a_report_of_another_shape_is_refused(db, body):
    assert Client().post("/api/v1/api-keys/leaked", body, content_type="application/json").status_code == 422
