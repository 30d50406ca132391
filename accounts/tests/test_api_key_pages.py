"""Pages of keys: shown once, made once by a double click, only after a fresh sign-in, and nobody else's."""

import re

import pytest

from accounts.models import ApiKey
from accounts.tests.api_keys import ask, make_key
from crm.core.ids import uuid7

pytestmark = pytest.mark.django_db
OWN, ALL = "/accounts/api-keys/", "/settings/api-keys/"


def sent(**changes):
    values = {"name": "Desk", "scopes": ["customers:read"], "days": "30", "team": "", "allowed_networks": ""}
    return {**values, "submission": str(uuid7()), **changes}


def key_in(answer):
    return re.search(r"crm_live_[0-9A-Za-z]{46}", answer.content.decode())


def test_a_key_is_shown_once_and_a_double_click_makes_one(sign_in, owner):
    browser, form = sign_in(owner), sent()
    answer = browser.post(f"{OWN}new/", form)
    assert answer.status_code == 201 and answer["Cache-Control"] == "no-store"
    assert ask(key_in(answer)[0]).status_code == 200
    again = browser.post(f"{OWN}new/", form, follow=True)
    assert ApiKey.objects.count() == 1 and not key_in(again) and not key_in(browser.get(OWN))


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"scopes": []}, {"scopes": ["audit:manage"]}, {"days": "9"}, {"allowed_networks": "x"}]
)
def test_what_is_wrong_is_said_and_nothing_is_made(sign_in, owner, change):
    answer = sign_in(owner).post(f"{OWN}new/", sent(**change))
    assert answer.status_code == 422 and b"errorlist" in answer.content and not ApiKey.objects.exists()


def test_an_old_session_is_asked_for_the_password_again(sign_in_long_ago, owner):
    key, _ = make_key(owner)
    browser = sign_in_long_ago(owner)
    for path in ("new/", f"{key.pk}/edit/", f"{key.pk}/rotate/"):
        assert "reauthenticate" in browser.post(f"{OWN}{path}", sent())["Location"]
    assert ApiKey.objects.count() == 1


def test_rotate_and_revoke_by_page(sign_in, owner):
    (key, secret), browser = make_key(owner), sign_in(owner)
    answer = browser.post(f"{OWN}{key.pk}/rotate/", {"days": "30", "overlap_days": "1"})
    assert answer.status_code == 201 and ask(key_in(answer)[0]).status_code == ask(secret).status_code == 200
    assert browser.post(f"{OWN}{key.pk}/revoke/").status_code == 302 and ask(secret).status_code == 401


@pytest.mark.parametrize("path", ["", "edit/", "rotate/", "revoke/"])
def test_nobody_elses_key_is_there(sign_in, owner, teammate, path):
    key, secret = make_key(owner)
    browser = sign_in(teammate)
    answer = browser.get(f"{OWN}{key.pk}/") if not path else browser.post(f"{OWN}{key.pk}/{path}", sent())
    assert answer.status_code == 404 and ask(secret).status_code == 200


def test_who_manages_keys_sees_all_and_revokes(sign_in, owner, superadmin):
    key, secret = make_key(owner)
    assert sign_in(owner).get(ALL).status_code == 403
    browser = sign_in(superadmin)
    assert b"Nightly export" in browser.get(f"{ALL}?search=olive&state=live").content
    assert b"Nightly export" not in browser.get(f"{ALL}?state=revoked").content
    assert browser.post(f"{OWN}{key.pk}/revoke/")["Location"] == ALL and ask(secret).status_code == 401
