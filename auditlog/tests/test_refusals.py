"""Refused permissions, tokens and keys become security events, and a loop does not flood the table (SEC-7)."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError

from accounts.tests.api_keys import ask, make_key
from auditlog.alerts import refusals
from auditlog.alerts.words import KINDS
from auditlog.models import SecurityEvent
from tests.test_layers import MODULES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_cache")]


def events(kind: str = "access.denied") -> list[dict[str, Any]]:
    rows = SecurityEvent.objects.filter(kind=kind).order_by("at", "id")
    return [{"person": event.person_id, **json.loads(event.details)} for event in rows]


def test_a_denial_names_the_person_the_address_and_the_reason(owner, sign_in):
    assert sign_in(owner).get("/settings/sso/").status_code == 403
    (event,) = events()
    assert (
        event["person"] == owner.pk and event["path"] == "GET /settings/sso/" and "settings:manage" in event["reason"]
    )


def test_the_api_and_a_key_are_told_like_a_page(owner):
    _key, secret = make_key(owner)
    assert ask(secret, "contacts").status_code == 403
    (event,) = events()
    assert event["credential"] == "key" and event["through"] == "key:Nightly export"


def test_the_same_refusal_is_told_once_a_minute_and_a_loop_over_many_stops(owner, sign_in, monkeypatch):
    client = sign_in(owner)
    for _ in range(3):
        client.get("/settings/sso/")
    assert len(events()) == 1
    monkeypatch.setattr(refusals, "MOST", 3)
    for path in ("sso/new/", "passwords/", "locks/", "invitations/", "applications/new/"):
        assert client.get(f"/settings/{path}").status_code == 403
    assert len(events()) == 3


@pytest.mark.parametrize("path", ["/customers/00000000-0000-7000-8000-000000000000/", "/nowhere/", "/customers/"])
def test_what_is_not_there_or_allowed_is_no_denial(owner, sign_in, path):
    sign_in(owner).get(path)
    assert not events()


def test_a_stale_session_and_a_stranger_are_no_denials(superadmin, sign_in_long_ago, client):
    sign_in_long_ago(superadmin).post("/settings/people/x/deactivate/")
    client.get("/settings/sso/")
    client.get("/api/v1/customers")
    assert not events()


def test_a_wrong_token_and_a_wrong_key_are_told_by_address(client):
    for credential in ("nonsense", "nonsense", "crm_live_" + "0" * 46):
        client.get("/api/v1/customers", headers={"Authorization": f"Bearer {credential}"})
    assert [event["reason"] for event in events("credential.refused")] == ["invalid_token", "invalid_api_key"]


def test_a_client_with_a_wrong_secret_is_told(client):
    wrong = urlencode({"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "wrong"})
    answer = client.post("/auth/token", wrong, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 401
    assert [(event["reason"], event["path"]) for event in events("credential.refused")] == [("oauth", "/auth/token")]


def test_a_table_that_cannot_be_written_refuses_nobody_else(owner, sign_in, monkeypatch):
    def broken(*args: Any, **values: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(refusals, "security_event", broken)
    assert sign_in(owner).get("/settings/sso/").status_code == 403


CALL = re.compile(
    r"\b(?:security_event|_security|_report|_tell|_event|report)\("
    r"\s*(?:origin, |key\.user, |actor\.origin, )?\"([a-z_]+\.[a-z_]+)\""
)


def test_every_kind_that_is_recorded_has_a_name_for_people():
    found = {kind for path in MODULES.values() for kind in CALL.findall(path.read_text())}
    assert len(found) > 15 and found <= set(KINDS), found - set(KINDS)
