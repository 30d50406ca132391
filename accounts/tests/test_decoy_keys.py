"""A decoy key acts for nobody, is answered like any key that is not valid, and raises the alarm wherever it is used."""

import json
from typing import Any

import pytest
from django.core.cache import cache

from accounts.actors import actor_for
from accounts.apikeys.decoys import decoy_key_delete, decoy_key_mint, decoys_on_former_peppers
from accounts.apikeys.key_format import is_well_formed, new_key
from accounts.models import ApiKey, DecoyKey
from accounts.tests.api_keys import ask, code_of
from auditlog.honeypots.snapshot import snapshot
from auditlog.models import AddressBan, AuditEvent, SecurityEvent
from tests.query_counts import counted_queries
from tests.south import fingerprint

pytestmark = pytest.mark.django_db
ABROAD = "198.51.100.44"


@pytest.fixture(autouse=True)
def _no_limits_and_no_bans(settings: Any) -> Any:
    settings.RATE_LIMIT_ENABLED = False
    cache.clear()
    snapshot.forget()
    yield
    snapshot.forget()


@pytest.fixture
def decoy(superadmin) -> tuple[DecoyKey, str]:
    return decoy_key_mint(actor_for(superadmin), name="Nightly export", place="Wiki, page Backups")


def told(kind: str = "honeypot.key_used") -> list[Any]:
    return list(SecurityEvent.objects.filter(kind=kind))


def test_it_looks_like_a_real_key_and_is_kept_only_as_a_digest(decoy):
    key, secret = decoy
    assert is_well_formed(secret) and key.hint == secret[-4:] and len(key.digest) == 64
    assert secret not in str(fingerprint()) and not ApiKey.objects.exists()


def comparable(answer: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    error = {name: value for name, value in answer.json()["error"].items() if name not in ("timestamp", "trace_id")}
    headers = {name: value for name, value in answer.headers.items() if name not in ("X-Request-ID", "Content-Length")}
    return answer.status_code, error, headers


@pytest.mark.parametrize("path", ["customers", "me", "customers/bulk", "nowhere", "security/bans"])
def test_its_answer_is_that_of_an_unknown_key(decoy, path, monkeypatch):
    """With as many queries, since what follows is done in another thread."""
    put_by: list[Any] = []
    monkeypatch.setattr("accounts.apikeys.decoys.later", put_by.append)
    ask(new_key(), path, address=ABROAD)  # the bans are read once in five seconds
    answers, costs = [], []
    for secret in (new_key(), decoy[1]):
        with counted_queries() as queries:
            answers.append(comparable(ask(secret, path, address=ABROAD)))
        costs.append(queries.count)
    assert answers[0] == answers[1] and costs[0] == costs[1] and len(put_by) == 1


def test_its_use_is_a_critical_event_and_a_ban(decoy):
    key, secret = decoy
    answer = ask(secret, address=ABROAD)
    assert (answer.status_code, code_of(answer)) == (401, "invalid_api_key")
    (event,) = told()
    details = json.loads(event.details)
    assert (event.severity, event.address, details["key"]) == ("critical", ABROAD, str(key.pk))
    assert (details["place"], details["spared"]) == ("Wiki, page Backups", "")
    ban = AddressBan.objects.get()
    assert (ban.network, ban.source, ban.reason) == (ABROAD, "key", "Used the decoy key Nightly export")
    snapshot.expire()
    assert code_of(ask(new_key(), address=ABROAD)) == "address_banned"


def test_the_other_header_counts_too(decoy, client):
    client.get("/api/v1/me", headers={"X-API-Key": decoy[1]}, REMOTE_ADDR=ABROAD)
    assert len(told()) == 1


def test_where_somebody_works_it_is_told_of_without_a_ban(decoy, owner, sign_in):
    sign_in(owner).get("/", REMOTE_ADDR=ABROAD)
    owner.sessions.update(address=ABROAD)
    ask(decoy[1], address=ABROAD)
    assert json.loads(told()[0].details)["spared"] == "in_use" and not AddressBan.objects.exists()


def test_an_unknown_key_is_no_alarm(decoy):
    ask(new_key(), address=ABROAD)
    assert not told() and not AddressBan.objects.exists()


def test_a_decoy_is_recognised_under_a_former_pepper(decoy, settings):
    settings.API_KEY_PEPPER = ["a-newer-pepper-of-some-length-here", *settings.API_KEY_PEPPER]
    assert decoys_on_former_peppers() == 1
    ask(decoy[1], address=ABROAD)
    assert len(told()) == 1


def test_one_that_was_taken_back_is_any_unknown_key(decoy, superadmin):
    decoy_key_delete(actor_for(superadmin), decoy[0].pk)
    ask(decoy[1], address=ABROAD)
    assert not told() and AuditEvent.objects.filter(action="decoy_keys.deleted").exists()


def test_reporting_it_as_leaked_is_answered_like_any_other(decoy, client):
    answers = [
        client.post("/api/v1/api-keys/leaked", {"key": key}, "application/json").status_code
        for key in (decoy[1], new_key())
    ]
    assert answers == [204, 204] and DecoyKey.objects.exists()


def test_the_page_mints_a_key_and_shows_it_once(superadmin, sign_in):
    client = sign_in(superadmin)
    made = client.post("/security/canaries/keys/", {"name": "Build server", "place": "CI variables"})
    secret = made.context["secret"]
    assert made.status_code == 201 and secret in made.content.decode() and made["Cache-Control"] == "no-store"
    listed = client.get("/security/canaries/").content.decode()
    assert "Build server" in listed and "CI variables" in listed and secret not in listed
    assert ask(secret, address=ABROAD).status_code == 401 and len(told()) == 1


def test_without_a_name_none_is_made(superadmin, sign_in):
    answer = sign_in(superadmin).post("/security/canaries/keys/", {"name": " "})
    assert answer.status_code == 422 and not DecoyKey.objects.exists()


@pytest.mark.parametrize("role", ["sales_manager", "auditor"])
def test_who_does_not_manage_security_sees_and_makes_none(role, make_user, north, sign_in, decoy):
    client = sign_in(make_user("other@north.example", role, (north,)))
    assert client.get("/security/canaries/").status_code == 403
    assert client.post("/security/canaries/keys/", {"name": "x"}).status_code == 403
    assert client.post(f"/security/canaries/key/{decoy[0].pk}/remove/").status_code == 403
    assert DecoyKey.objects.count() == 1
