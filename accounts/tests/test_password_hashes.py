"""Hashes of older kinds open the door once more and are renewed, without ending anything."""

import pytest
from argon2 import PasswordHasher
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    BCryptPasswordHasher,
    BCryptSHA256PasswordHasher,
    PBKDF2PasswordHasher,
    PBKDF2SHA1PasswordHasher,
    ScryptPasswordHasher,
)
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

KINDS = [
    BCryptSHA256PasswordHasher(),
    BCryptPasswordHasher(),
    PBKDF2PasswordHasher(),
    PBKDF2SHA1PasswordHasher(),
    ScryptPasswordHasher(),
]


@pytest.fixture(autouse=True)
def _no_earlier_sign_ins():
    """Attempts are counted in the cache, by address."""
    cache.clear()


def old_hash(user: User, hasher) -> str:
    encoded = hasher.encode(PASSWORD, hasher.salt())
    User.objects.filter(pk=user.pk).update(password=encoded)
    user.refresh_from_db()
    return encoded


def sign_in_by_form(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize("hasher", KINDS, ids=lambda hasher: hasher.algorithm)
def test_an_older_hash_opens_the_door_and_is_renewed(owner, sign_in, hasher):
    before = owner.tokens_valid_from
    old_hash(owner, hasher)
    elsewhere = sign_in(owner)
    fresh = sign_in_by_form(owner)
    owner.refresh_from_db()
    assert owner.password.startswith("argon2$argon2id$") and owner.check_password(PASSWORD)
    assert owner.tokens_valid_from == before
    assert is_in(fresh) and is_in(elsewhere)
    assert is_in(sign_in_by_form(owner))


@pytest.mark.parametrize("hasher", KINDS, ids=lambda hasher: hasher.algorithm)
def test_a_wrong_password_does_not_renew_it(owner, hasher):
    encoded = old_hash(owner, hasher)
    assert not is_in(sign_in_by_form(owner, "Wrong-kettle-91"))
    owner.refresh_from_db()
    assert owner.password == encoded


def test_an_argon2_hash_of_weaker_cost_is_renewed(owner):
    encoded = "argon2" + PasswordHasher(time_cost=1, memory_cost=64, parallelism=2).hash(PASSWORD)
    User.objects.filter(pk=owner.pk).update(password=encoded)
    assert is_in(sign_in_by_form(owner))
    owner.refresh_from_db()
    assert owner.password != encoded and not Argon2PasswordHasher().must_update(owner.password)


def test_a_renewal_does_not_undo_a_change_made_meanwhile(owner):
    old_hash(owner, PBKDF2PasswordHasher())
    stale = User.objects.get(pk=owner.pk)
    owner.set_password("Copper-kettle-91")
    owner.save()
    assert stale.check_password(PASSWORD)
    owner.refresh_from_db()
    assert owner.check_password("Copper-kettle-91")


def test_a_renewed_hash_is_no_former_password(owner):
    owner.former_passwords.all().delete()
    old_hash(owner, PBKDF2PasswordHasher())
    sign_in_by_form(owner)
    assert not owner.former_passwords.exists()
