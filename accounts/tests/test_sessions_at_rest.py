"""A copy of the database opens no session, and shows nothing of what is in one."""

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Session

pytestmark = pytest.mark.django_db

OLD, NEW = "o" * 40, "n" * 40


def dumped():
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_session")
        return [str(value) for row in cursor.fetchall() for value in row]


def inside(client):
    return client.get("/api/v1/me").status_code == 200


def with_key(key):
    client = Client()
    client.cookies["sessionid"] = key
    return client


def test_the_key_is_not_in_the_dump_and_what_is_there_opens_nothing(sign_in, owner):
    browser = sign_in(owner)
    key = browser.cookies["sessionid"].value
    values = dumped()
    assert inside(with_key(key)) and not [value for value in values if key in value]
    assert not any(inside(with_key(value)) for value in values)


def test_the_data_cannot_be_read_without_the_encryption_key(sign_in, owner, settings):
    browser = sign_in(owner)
    store = browser.session
    store["account_reset_key"] = "very-secret-reset-key"
    store.save()
    assert not [value for value in dumped() if "very-secret" in value]
    settings.SECRET_ENCRYPTION_KEY = ["bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleTA="]
    assert not inside(browser)


def test_the_key_of_the_hash_rotates_without_signing_anybody_out(sign_in, owner, settings):
    settings.OAUTH2_ENCRYPTION_KEY = [OLD]
    browser = sign_in(owner)
    settings.OAUTH2_ENCRYPTION_KEY = [NEW, OLD]
    assert inside(browser)
    settings.OAUTH2_ENCRYPTION_KEY = [NEW]
    assert not inside(browser)


def test_a_planted_key_is_not_the_one_that_gets_signed_in(owner):
    planted = Client()
    store = planted.session
    store["anything"] = 1
    store.save()
    victim = with_key(store.session_key)
    victim.post("/accounts/login/", {"login": owner.email, "password": "Lantern-over-harbour-7"})
    assert inside(victim) and victim.cookies["sessionid"].value != store.session_key
    assert not inside(with_key(store.session_key))


@pytest.mark.parametrize("key", ["", "short", "x" * 4000, "a\x00b" * 8, "ünïcödé-ünïcödé", "' OR 1=1 --"])
def test_a_hostile_cookie_is_nobody(client, key):
    client.cookies["sessionid"] = key
    assert client.get("/api/v1/me").status_code in (400, 401)


def test_a_deleted_person_has_no_session(sign_in, make_user):
    person = make_user("gone@north.example")
    browser = sign_in(person)
    person.delete()
    assert not inside(browser) and not Session.objects.exists()
