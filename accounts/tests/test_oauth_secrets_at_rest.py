"""Nothing that opens a door can be read back from the database, and keys rotate without losing what was issued."""

import logging
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import AccessToken, Application, Grant, RefreshToken, User
from accounts.oauth.clients import client_create, client_rotate_secret
from accounts.oauth.keyed_hash import StoredHash, checksum, keyed_hashes
from accounts.tests.oauth_flow import VERIFIER, by_itself, decide, redeem, refresh, tokens_for, userinfo
from crm.core.actor import Actor

pytestmark = pytest.mark.django_db

OLD, NEW = "old-key-of-the-ring-0123456789abcdef", "new-key-of-the-ring-0123456789abcdef"


def dump() -> str:
    """Every value of every table."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows.append(repr(cursor.fetchall()))
    return "\n".join(rows)


def test_no_code_token_or_secret_is_in_a_dump_of_the_database_or_in_the_logs(
    browser: Client, native: Application, confidential: Any, robot: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client, secret = confidential
    code = decide(browser, client)["code"]
    first = redeem(client, code, client_secret=secret).json()
    second = refresh(client, first["refresh_token"], client_secret=secret).json()
    unused = decide(browser, native)["code"]
    own = by_itself(*robot).json()["access_token"]
    rotated = client_rotate_secret(Actor.system("test"), robot[0].pk)[1]
    renewed = by_itself(robot[0], rotated).json()["access_token"]
    for token in (second["access_token"], own, renewed):
        assert userinfo(token).status_code == 200
    issued = [code, unused, secret, robot[1], rotated, own, renewed, VERIFIER]
    issued += [tokens[kind] for tokens in (first, second) for kind in ("access_token", "refresh_token")]
    stored, logged = dump(), caplog.text
    assert client.client_id in stored
    for value in issued:
        assert value not in stored
        assert checksum(value) not in stored
        assert value not in logged


@pytest.mark.parametrize("model", [AccessToken, RefreshToken])
def test_the_database_itself_refuses_a_readable_token(browser: Client, native: Application, model: Any) -> None:
    tokens_for(browser, native)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(token="readable")


def test_a_hash_that_came_from_the_database_is_not_hashed_again(browser: Client, native: Application) -> None:
    tokens = tokens_for(browser, native)
    stored = AccessToken.objects.get()
    stored.save()
    stored.refresh_from_db()
    assert isinstance(stored.token_checksum, StoredHash)
    assert AccessToken.objects.get(token_checksum=stored.token_checksum) == stored
    assert userinfo(tokens["access_token"]).status_code == 200


def test_what_is_stored_opens_nothing(browser: Client, native: Application) -> None:
    tokens_for(browser, native)
    decide(browser, native)
    for stored in (AccessToken.objects.get().token_checksum, Grant.objects.first().code):
        assert userinfo(str(stored)).status_code == 401
        assert redeem(native, str(stored)).status_code == 400


def test_the_key_decides_the_hash(settings: Any) -> None:
    settings.OAUTH2_ENCRYPTION_KEY = [NEW, OLD]
    new, old = keyed_hashes("value")
    assert new != old
    assert len(new) == 64


@pytest.fixture
def issued_under_the_old_key(sign_in: Any, owner: User, settings: Any) -> dict[str, Any]:
    settings.OAUTH2_ENCRYPTION_KEY = [OLD]
    browser = sign_in(owner)
    client, secret = client_create(
        Actor.system("test"),
        name="Old",
        client_type="confidential",
        redirect_uris=["http://127.0.0.1/callback"],
        scopes=["customers:read", "deals:write"],
    )
    code = decide(browser, client)["code"]
    return {"client": client, "secret": secret, "code": code}


def test_keys_rotate_without_ending_anything(issued_under_the_old_key: dict[str, Any], settings: Any) -> None:
    client, secret, code = issued_under_the_old_key.values()
    settings.OAUTH2_ENCRYPTION_KEY = [NEW, OLD]
    tokens = redeem(client, code, client_secret=secret).json()
    settings.OAUTH2_ENCRYPTION_KEY = ["a" * 40, NEW, OLD]
    assert userinfo(tokens["access_token"]).status_code == 200
    renewed = refresh(client, tokens["refresh_token"], client_secret=secret).json()
    settings.OAUTH2_ENCRYPTION_KEY = ["a" * 40]
    assert userinfo(renewed["access_token"]).status_code == 200


def test_a_key_that_left_the_ring_ends_what_it_hashed(issued_under_the_old_key: dict[str, Any], settings: Any) -> None:
    client, secret, code = issued_under_the_old_key.values()
    settings.OAUTH2_ENCRYPTION_KEY = [NEW]
    assert redeem(client, code, client_secret=secret).status_code == 401


def test_checking_a_bearer_token_costs_one_query(
    browser: Client, native: Application, owner: User, django_assert_num_queries: Any
) -> None:
    tokens = tokens_for(browser, native)
    with django_assert_num_queries(1):
        live = AccessToken.objects.live().get(token_checksum=checksum(tokens["access_token"]))
        assert live.user.role.name == "sales_rep"
        assert live.application.is_active
