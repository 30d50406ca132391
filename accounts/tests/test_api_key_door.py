"""What a key opens, from where, and how soon it stops: header only, role ∩ scopes, one team, listed networks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.administration import user_update
from accounts.apikeys.housekeeping import keys_on_former_peppers
from accounts.apikeys.key_format import PREFIX, checksum, new_key
from accounts.apikeys.services import api_key_revoke
from accounts.models import ApiKey, Membership, Role
from accounts.models.api_keys import KeyEnd
from accounts.sessions.services import everywhere_sign_out
from accounts.tests.api_keys import ask, code_of, make_key
from accounts.tests.oauth_flow import post, userinfo
from auditlog.models import AuditEvent, SecurityEvent
from crm.core.permissions import NEVER_BY_KEY
from customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(owner):
    return make_key(owner)


def test_it_opens_the_api_by_either_header(key, north):
    Customer.objects.create(name="Acme", team=north)
    by_bearer = ask(key[1])
    by_own = Client().get("/api/v1/customers", headers={"X-API-Key": key[1]})
    assert [one["name"] for one in by_bearer.json()["results"]] == ["Acme"]
    assert by_own.json()["results"] == by_bearer.json()["results"]


def test_me_tells_the_credential_and_what_it_may(key):
    body = ask(key[1], "me").json()
    assert (body["credential"], body["scopes"], body["permissions"]) == (
        "key",
        ["customers:read"],
        {"customers:read": "team"},
    )


def test_what_it_does_is_recorded_as_the_person_through_the_key(owner):
    _, secret = make_key(owner, "customers:read", "customers:write")
    assert ask(secret, "customers", "post", {"name": "Acme"}).status_code == 201
    event = AuditEvent.objects.get(action="customers.created")
    assert (event.actor_id, event.credential, event.door) == (owner.pk, "key", "api")
    assert event.on_behalf_of == "key:Nightly export"


def typo(secret):
    return secret[:20] + ("a" if secret[20] != "a" else "b") + secret[21:]


@pytest.mark.parametrize(
    "headers",
    [
        lambda key: {"Authorization": f"Basic {key}"},
        lambda key: {"Authorization": key},
        lambda key: {"Authorization": f"Bearer {typo(key)}"},
        lambda key: {"Authorization": f"Bearer {new_key()}"},
        lambda key: {"Authorization": f"Bearer {key} {key}"},
        lambda key: {"X-API-Key": f"Bearer {key}"},
        lambda key: {"X-API-Key": ""},
        lambda key: {"X-API-Key": key.lower()},
        lambda key: {"Cookie": f"api_key={key}"},
        lambda key: {"X-Api-Token": key},
    ],
)
def test_nothing_but_the_two_headers_is_read(key, headers):
    assert Client().get("/api/v1/customers", headers=headers(key[1])).status_code == 401


@pytest.mark.parametrize("name", ["api_key", "key", "access_token", "token"])
def test_a_key_in_the_address_or_the_body_opens_nothing(key, name):
    assert Client().get("/api/v1/customers", {name: key[1]}).status_code == 401
    sent = {"data": {name: key[1], "name": "Acme"}, "content_type": "application/json"}
    assert Client().post("/api/v1/customers", **sent).status_code == 401
    assert not Customer.objects.exists()


def test_two_credentials_are_one_too_many(key):
    answer = ask(key[1], **{"X-API-Key": key[1]})
    assert (answer.status_code, code_of(answer)) == (400, "two_credentials")


def test_a_bad_key_is_told_apart_from_none_and_the_session_does_not_step_in(sign_in, owner):
    answer = sign_in(owner).get("/api/v1/customers", headers={"X-API-Key": new_key()})
    assert (answer.status_code, code_of(answer)) == (401, "invalid_api_key")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize("path", ["/customers/", "/accounts/", "/admin/", "/"])
def test_pages_know_no_keys(key, path):
    for headers in ({"Authorization": f"Bearer {key[1]}"}, {"X-API-Key": key[1]}):
        answer = Client().get(path, headers=headers)
        assert answer.status_code == 302 and "/login/" in answer["Location"]


def test_the_addresses_of_oauth_know_no_keys(key):
    assert userinfo(key[1]).status_code == 401
    answer = post("/auth/introspect", {"Authorization": f"Bearer {key[1]}"}, token=key[1])
    assert answer.status_code == 401 and b"active" not in answer.content


# What it may do


def test_it_may_no_more_than_role_and_scopes_together(owner):
    _, secret = make_key(owner)
    assert ask(secret, "deals").status_code == 403
    assert ask(secret, "customers", "post", {"name": "Acme"}).status_code == 403
    owner.role = Role.objects.get(name="sales_manager")
    owner.save()
    _, wide = make_key(owner, "audit:read", "customers:read")
    owner.role = Role.objects.get(name="marketing")
    owner.save()
    assert ask(wide, "audit/events").status_code == 403
    assert ask(wide).status_code == 200


def test_without_scopes_it_may_nothing(owner):
    _key, secret = make_key(owner)
    ApiKey.objects.update(scopes=[])
    assert ask(secret).status_code == 403 and ask(secret, "me").json()["permissions"] == {}


def test_scopes_that_no_key_may_have_count_for_nothing_even_if_they_are_stored(superadmin):
    _key, secret = make_key(superadmin)
    ApiKey.objects.update(scopes=[*NEVER_BY_KEY, "customers:read"])
    assert ask(secret, "me").json()["scopes"] == ["customers:read"]


def test_with_a_team_it_reaches_that_team_alone(owner, south, north):
    Membership.objects.create(user=owner, team=south)
    for team in (north, south):
        Customer.objects.create(name=f"{team} AG", team=team)
    _, narrow = make_key(owner, "customers:read", "customers:write", team=south)
    _, wide = make_key(owner)
    assert [one["name"] for one in ask(narrow).json()["results"]] == ["South AG"]
    assert len(ask(wide).json()["results"]) == 2
    hidden = Customer.objects.get(name="North AG")
    assert ask(narrow, f"customers/{hidden.pk}").status_code == 404
    assert ask(narrow, "customers", "post", {"name": "New", "team": str(north.pk)}).status_code in (403, 422)
    assert Customer.objects.count() == 2


def test_with_a_team_even_a_key_of_who_sees_everything_sees_no_more(superadmin, north, south):
    for team in (north, south):
        Customer.objects.create(name=f"{team} AG", team=team)
    _, secret = make_key(superadmin, "customers:read", "teams:read", team=north)
    assert [one["name"] for one in ask(secret).json()["results"]] == ["North AG"]
    assert [one["name"] for one in ask(secret, "teams").json()["results"]] == ["North"]


def test_who_has_left_the_team_has_left_it_with_the_key_too(superadmin, north):
    Customer.objects.create(name="Acme", team=north)
    _, secret = make_key(superadmin, team=north)
    superadmin.memberships.all().delete()
    assert ask(secret).json()["results"] == []


MANAGING = [
    ("post", "api-keys", {"name": "More", "scopes": ["customers:read"]}),
    ("patch", "api-keys/{pk}", {"name": "Other"}),
    ("post", "api-keys/{pk}/rotate", {}),
    ("post", "api-keys/{pk}/revoke", None),
    ("delete", "api-keys/{pk}", None),
    ("patch", "me", {"full_name": "Somebody"}),
]
PAGES_OF_THE_PERSON = [
    "/accounts/password/change/",
    "/accounts/password/set/",
    "/accounts/reauthenticate/",
    "/accounts/security/",
    "/accounts/2fa/",
    "/accounts/api-keys/new/",
    "/settings/clients/",
    "/auth/authorize",
]


@pytest.mark.parametrize(("method", "path", "body"), MANAGING)
def test_a_key_never_manages_keys_or_its_person(superadmin, method, path, body):
    key, secret = make_key(superadmin)
    ApiKey.objects.update(scopes=[*NEVER_BY_KEY, "apikeys:read", "users:write", "users:manage"])
    before = list(ApiKey.objects.values_list())
    answer = ask(secret, path.format(pk=key.pk), method, body)
    assert answer.status_code == 403, answer.content
    assert [row[:10] for row in ApiKey.objects.values_list()] == [row[:10] for row in before]


@pytest.mark.parametrize("path", PAGES_OF_THE_PERSON)
def test_a_key_changes_no_password_factor_or_client(superadmin, path):
    _, secret = make_key(superadmin)
    password = superadmin.password
    for headers in ({"Authorization": f"Bearer {secret}"}, {"X-API-Key": secret}):
        answer = Client().post(path, {"password1": "x", "oldpassword": "x"}, headers=headers)
        assert answer.status_code in (302, 400, 401, 403, 404, 405)
        if answer.status_code == 302:
            assert "/login/" in answer["Location"]
    superadmin.refresh_from_db()
    assert superadmin.password == password


def test_signing_out_by_key_ends_nothing(owner, sign_in):
    browser, (_, secret) = sign_in(owner), make_key(owner)
    for path in ("auth/logout", "auth/logout-all"):
        answer = ask(secret, path, "post")
        assert (answer.status_code, code_of(answer)) == (403, "session_required")
    assert browser.get("/customers/").status_code == 200 and ask(secret).status_code == 200


# From where


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ([], "198.51.100.7", True),
        (["203.0.113.0/24"], "203.0.113.9", True),
        (["203.0.113.0/24"], "203.0.114.9", False),
        (["203.0.113.7"], "203.0.113.7", True),
        (["203.0.113.7"], "203.0.113.8", False),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", True),
        (["203.0.113.0/24"], "::ffff:198.51.100.9", False),
        (["2001:db8::/48"], "2001:db8::1", True),
        (["2001:db8::/48"], "2001:db8:1::1", False),
        (["2001:db8::/48", "203.0.113.0/24"], "203.0.113.1", True),
        (["fe80::/10"], "fe80::1%eth0", True),
        (["203.0.113.0/24"], "", False),
        (["203.0.113.0/24"], "nonsense", False),
    ],
)
def test_only_listed_networks_may_use_it(owner, networks, address, allowed):
    _, secret = make_key(owner, allowed_networks=networks)
    answer = ask(secret, address=address)
    assert answer.status_code == (200 if allowed else 403)
    events = SecurityEvent.objects.filter(kind="key.refused_address")
    assert events.count() == (0 if allowed else 1)
    if not allowed:
        assert code_of(answer) == "key_address_refused"
        assert (events[0].severity, events[0].person_id) == ("high", owner.pk)


def test_what_a_client_writes_about_its_address_is_not_believed(owner):
    _, secret = make_key(owner, allowed_networks=["203.0.113.0/24"])
    claims = {"X-Forwarded-For": "203.0.113.7", "X-Real-IP": "203.0.113.7", "Forwarded": "for=203.0.113.7"}
    assert ask(secret, address="198.51.100.1", **claims).status_code == 403


def test_a_script_gone_wild_leaves_one_event_a_minute(owner):
    _, secret = make_key(owner, allowed_networks=["203.0.113.0/24"])
    for _ in range(5):
        ask(secret, address="198.51.100.1")
    ask(secret, address="198.51.100.2")
    assert SecurityEvent.objects.filter(kind="key.refused_address").count() == 2


# The end


def deactivate(user, superadmin, as_actor):
    user_update(as_actor(superadmin), user.pk, is_active=False)


def expire(user, *_):
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def revoke(user, superadmin, as_actor):
    api_key_revoke(as_actor(user), ApiKey.objects.get().pk)


def revoke_by_an_administrator(user, superadmin, as_actor):
    api_key_revoke(as_actor(superadmin), ApiKey.objects.get().pk)


def sign_out_by_an_administrator(user, superadmin, as_actor):
    everywhere_sign_out(as_actor(superadmin), user.pk)


def lose_the_flag(user, *_):
    type(user).objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize(
    "end",
    [deactivate, expire, revoke, revoke_by_an_administrator, sign_out_by_an_administrator, lose_the_flag],
)
def test_its_end_is_felt_by_the_next_request(owner, superadmin, as_actor, key, end):
    assert ask(key[1]).status_code == 200
    end(owner, superadmin, as_actor)
    answer = ask(key[1])
    assert (answer.status_code, code_of(answer)) == (401, "invalid_api_key")
    assert SecurityEvent.objects.get(kind="key.refused").person_id == owner.pk


def test_a_person_who_comes_back_does_not_bring_the_keys_back(owner, superadmin, as_actor, key):
    user_update(as_actor(superadmin), owner.pk, is_active=False)
    user_update(as_actor(superadmin), owner.pk, is_active=True)
    assert ask(key[1]).status_code == 401
    assert ApiKey.objects.get().revoked_reason == KeyEnd.DEACTIVATED


def test_a_new_password_and_ones_own_sign_out_leave_keys_alone(owner, as_actor, key):
    owner.set_password("Another-lantern-9")
    owner.tokens_valid_from = timezone.now()
    owner.save()
    everywhere_sign_out(as_actor(owner))
    assert ask(key[1]).status_code == 200


def test_a_role_that_was_taken_away_is_taken_from_the_key(owner, key):
    owner.role = None
    owner.save()
    assert ask(key[1]).status_code == 403


# Cost, and peppers


def statements(secret):
    with CaptureQueriesContext(connection) as captured:
        ask(secret, "customers?page_size=1")
    return [one["sql"] for one in captured.captured_queries]


def test_a_typo_costs_no_query_and_a_key_two_whether_or_not_it_is_known(key):
    ask(key[1])  # the first use of the minute is written
    about = [sql for sql in statements(key[1]) if "accounts_" in sql and "customers_" not in sql]
    assert len(about) == 2 and not [sql for sql in about if not sql.startswith("SELECT")]
    assert statements(typo(key[1])) == []
    body = "0" * 40
    assert len(statements(f"{PREFIX}{body}{checksum(body)}")) == 2


def test_peppers_rotate_and_what_rests_on_an_old_one_is_hashed_again_at_use(owner, settings):
    settings.API_KEY_PEPPER = ["old pepper of the ring 0123456789"]
    (used, secret), (unused, other) = make_key(owner), make_key(owner, name="Other")
    old = ApiKey.objects.get(pk=used.pk)
    settings.API_KEY_PEPPER = ["new pepper of the ring 0123456789", *settings.API_KEY_PEPPER]
    assert ask(secret).status_code == 200
    new = ApiKey.objects.get(pk=used.pk)
    assert new.digest != old.digest and new.pepper_id != old.pepper_id
    settings.API_KEY_PEPPER = settings.API_KEY_PEPPER[:1]
    assert ask(secret).status_code == 200
    assert ask(other).status_code == 401
    assert ApiKey.objects.get(pk=unused.pk).pepper_id == old.pepper_id
    assert keys_on_former_peppers() == 1
