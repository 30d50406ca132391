"""A refusal tells whoever writes a program what to change."""

import pytest

from accounts.tests.api_keys import ask, make_key

pytestmark = pytest.mark.django_db


def test_a_scope_that_a_key_lacks_is_named_as_such(owner):
    _key, secret = make_key(owner, "customers:read")
    assert "leads:read is not among the scopes of this key" in ask(secret, "leads").json()["error"]["message"]


def test_a_parameter_nobody_knows_is_answered_with_those_that_are_known(api, owner):
    (detail,) = api(owner).get("customers?limit=3").json()["error"]["details"]
    assert detail["field"] == "limit" and "page_size" in detail["message"]
    (detail,) = api(owner).get("me?limit=3").json()["error"]["details"]
    assert detail["message"] == "This address takes no parameters."
