"""Operators see clients and tokens; nobody makes, changes or reads one there."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import AccessToken, Application, Grant, RefreshToken, User
from accounts.tests.oauth_flow import decide, tokens_for

pytestmark = pytest.mark.django_db

PAGES = {"application": Application, "accesstoken": AccessToken, "refreshtoken": RefreshToken, "grant": Grant}


@pytest.mark.parametrize("name", PAGES)
def test_a_list_and_a_record_show_no_hash_and_offer_no_change(
    superadmin: User, sign_in: Any, browser: Client, native: Application, name: str
) -> None:
    tokens_for(browser, native)
    decide(browser, native)
    row = PAGES[name].objects.first()
    hashes = [str(getattr(row, field, "-")) for field in ("client_secret", "token_checksum", "code")]
    operator = sign_in(superadmin)
    for address in (f"/admin/accounts/{name}/", f"/admin/accounts/{name}/{row.pk}/change/"):
        page = operator.get(address)
        assert page.status_code == 200
        assert not [value for value in hashes if len(value) == 64 and value in page.content.decode()]
    assert operator.get(f"/admin/accounts/{name}/add/").status_code == 403
    assert operator.post(f"/admin/accounts/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert operator.post(f"/admin/accounts/{name}/{row.pk}/change/", {"name": "x"}).status_code == 403
