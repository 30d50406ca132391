"""Whoever asks for a decoy leaves an event and is refused for a while; whoever works here is not (SEC-9)."""

import json
import time
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, Session, TokenFamily, User
from auditlog.honeypots import slowing
from auditlog.honeypots.decoys import ANSWERS, DECOYS
from auditlog.honeypots.snapshot import REFRESH_SECONDS, Snapshot, snapshot
from auditlog.models import AddressBan, AuditEvent, SecurityEvent
from auditlog.tests.strangers import FIRST, HERE, JSON, SECOND, hit, stranger
from tests.addresses import without_decoys
from tests.south import fingerprint

pytestmark = pytest.mark.django_db
ASKED_FOR = [route.replace("<path:rest>", "x/y.php") for decoy in DECOYS for route in decoy.routes]


@pytest.mark.parametrize("path", ASKED_FOR)
def test_every_decoy_answers_leaves_an_event_and_bans(path):
    answer = hit(f"/{path}")
    event, ban = SecurityEvent.objects.get(kind="honeypot.hit"), AddressBan.objects.get()
    details = json.loads(event.details)
    assert answer.status_code < 500 and answer.content and answer["X-Robots-Tag"]
    assert (event.severity, event.address, event.agent) == ("high", HERE, "scan/1.0")
    assert (details["path"], details["method"], details["spared"]) == (f"/{path}", "GET", "")
    assert (ban.network, ban.source, ban.times) == (HERE, "honeypot", 1)
    assert AuditEvent.objects.get().action == "address_bans.set"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "head", "trace"])
def test_every_method_is_a_hit_without_a_form_token(method):
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR=HERE)
    assert getattr(client, method)("/wp-login.php").status_code == 200
    assert json.loads(SecurityEvent.objects.get(kind="honeypot.hit").details)["method"] == method.upper()


def test_a_password_that_somebody_types_into_a_decoy_is_kept_nowhere():
    secret = "Correct-horse-battery-9"
    Client(REMOTE_ADDR=HERE).post(f"/wp-login.php?pwd={secret}", {"log": "olive", "pwd": secret})
    assert SecurityEvent.objects.filter(kind="honeypot.hit").exists()
    assert secret not in str(fingerprint())


def test_no_answer_names_anything_of_this_product():
    for file in ANSWERS.iterdir():
        text = file.read_text().lower()
        assert not [word for word in ("vouch", "crm", "django", "python", "customer") if word in text], file.name


def test_no_decoy_stands_in_the_way_of_an_address_of_ours():
    taken = {address.route.strip("^$/?") for address in without_decoys()}
    assert not taken & {decoy.path for decoy in DECOYS} and len(DECOYS) >= 25


def test_robots_are_told_to_stay_away_and_not_told_where(client):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /\n" in text and not [decoy.path for decoy in DECOYS if decoy.path in text]


def test_a_banned_stranger_is_refused_everywhere_in_the_one_error_shape():
    hit()
    refused = [stranger().get(path, headers=JSON) for path in ("/", "/customers/", "/api/v1/", "/nowhere", "/.env")]
    assert {(one.status_code, one.json()["error"]["code"]) for one in refused} == {(403, "address_banned")}
    assert SecurityEvent.objects.filter(kind="honeypot.hit").count() == 1


def test_a_banned_person_reads_how_to_get_in_and_the_way_is_open(owner):
    hit()
    page = stranger().get("/customers/")
    assert page.status_code == 403 and b'href="/accounts/login/"' in page.content
    assert stranger().get("/accounts/login/").status_code == 200


def test_being_refused_costs_no_query(django_assert_num_queries):
    hit()
    stranger().get("/")
    with django_assert_num_queries(0):
        assert stranger().get("/api/v1/").status_code == 403


def test_not_being_banned_costs_one_query_in_five_seconds(django_assert_num_queries):
    snapshot.forget()
    with django_assert_num_queries(1):
        for _ in range(3):
            assert stranger().get("/robots.txt").status_code == 200


def test_the_first_ban_is_ten_minutes_the_second_an_hour_every_other_a_day():
    lengths = []
    for _ in range(4):
        hit()
        ban = AddressBan.objects.get()
        lengths.append(ban.until - ban.since)
        AddressBan.objects.update(until=timezone.now() - timedelta(seconds=1))
        snapshot.forget()
    assert lengths == [timedelta(minutes=10), timedelta(hours=1), timedelta(hours=24), timedelta(hours=24)]


def test_a_scan_of_many_decoys_at_once_is_one_ban():
    snapshot._refresh()
    for _ in range(3):  # of a process that does not know of the ban yet
        Client(REMOTE_ADDR=HERE).get("/.env")
    assert (AddressBan.objects.get().times, SecurityEvent.objects.filter(kind="honeypot.hit").count()) == (1, 3)


def test_of_ipv6_the_whole_network_is_banned():
    hit(address="2001:db8:1:2::bad")
    assert AddressBan.objects.get().network == "2001:db8:1:2::/64"
    assert stranger("2001:db8:1:2:ffff::1").get("/").status_code == 403
    assert stranger("2001:db8:1:3::1").get("/").status_code == 302


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.9.9.9", ""])
def test_this_machine_is_never_banned(address):
    assert hit(address=address).status_code == 200
    assert not AddressBan.objects.exists() and SecurityEvent.objects.filter(kind="honeypot.hit").exists()


def test_behind_a_proxy_the_client_is_banned_and_the_proxy_never(settings):
    settings.TRUSTED_PROXIES = [FIRST, SECOND]
    client = Client(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": f"{HERE}, 10.9.9.9"})
    client.get("/.env")
    assert [ban.network for ban in AddressBan.objects.all()] == [HERE]
    Client(REMOTE_ADDR="10.0.0.1").get("/.env")
    assert AddressBan.objects.count() == 1


def test_a_signed_in_person_is_told_of_and_not_banned(sign_in, owner):
    client = sign_in(owner)
    client.get("/.env", REMOTE_ADDR=HERE)
    event = SecurityEvent.objects.get(kind="honeypot.hit")
    assert (event.person_id, event.person_label) == (owner.pk, str(owner))
    assert json.loads(event.details)["spared"] == "signed_in" and not AddressBan.objects.exists()


def session_at(person: User, address: str, **values: Any) -> None:
    known = {"key": address, "data": "", "auth_hash": person.get_session_auth_hash(), "address": address}
    Session.objects.create(user=person, **{**known, **values})


def test_nobody_is_banned_from_where_somebody_is_signed_in(owner):
    session_at(owner, HERE)
    hit()
    assert json.loads(SecurityEvent.objects.get(kind="honeypot.hit").details)["spared"] == "in_use"
    assert not AddressBan.objects.exists() and stranger().get("/").status_code == 302


def test_nor_from_the_same_ipv6_network(owner):
    session_at(owner, "2001:db8::5")
    hit(address="2001:db8::6")
    assert not AddressBan.objects.exists()


@pytest.mark.parametrize("past", [{"last_used_at": timedelta(minutes=31)}, {"created_at": timedelta(hours=13)}])
def test_a_session_that_is_over_spares_nobody(owner, past):
    session_at(owner, HERE, **{name: timezone.now() - ago for name, ago in past.items()})
    hit()
    assert AddressBan.objects.exists()


def test_a_token_or_key_that_was_used_lately_spares_its_network(owner, application):
    now = timezone.now()
    key = {"digest": "d", "expires_at": now + timedelta(days=9), "last_used_at": now - timedelta(hours=20)}
    ApiKey.objects.create(user=owner, name="Nightly", last_used_address=HERE, **key)
    hit()
    TokenFamily.objects.create(
        user=owner, application=application, expires_at=now + timedelta(days=9), last_address="203.0.113.77"
    )
    hit(address="203.0.113.77")
    assert not AddressBan.objects.exists()
    ApiKey.objects.update(last_used_at=now - timedelta(hours=25))
    hit()
    assert AddressBan.objects.get().network == HERE


def test_whoever_is_signed_in_still_works_from_a_banned_address(sign_in, owner):
    client = sign_in(owner)
    hit()
    assert client.get("/customers/", REMOTE_ADDR=HERE).status_code == 200
    assert client.get("/api/v1/customers", REMOTE_ADDR=HERE).status_code == 200
    assert stranger().get("/customers/").status_code == 403


def test_another_process_knows_within_five_seconds(monkeypatch):
    at = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: at[0])
    other = Snapshot()
    assert not other.is_banned(HERE)
    hit()
    at[0] += REFRESH_SECONDS - 0.1
    assert not other.is_banned(HERE)
    at[0] += 0.1
    assert other.is_banned(HERE)
    AddressBan.objects.update(until=timezone.now(), updated_at=timezone.now())
    at[0] += REFRESH_SECONDS
    assert not other.is_banned(HERE)


def test_a_flood_is_not_slowed_beyond_two_at_a_time(settings):
    settings.HONEYPOT_DELAY_SECONDS = 0.3
    slept: list[bool] = []
    threads = [Thread(target=lambda: slept.append(slowing.slow_down())) for _ in range(6)]
    started = time.monotonic()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(slept) == [False] * 4 + [True] * 2 and time.monotonic() - started < 0.6


def test_what_was_banned_long_ago_is_forgotten_by_the_purge(call_purge):
    hit()
    AddressBan.objects.update(until=timezone.now() - timedelta(days=29))
    assert call_purge() and AddressBan.objects.exists()
    AddressBan.objects.update(until=timezone.now() - timedelta(days=31))
    assert call_purge() and not AddressBan.objects.exists()


@pytest.fixture(autouse=True)
def _no_other_limits(settings: Any) -> None:
    settings.RATE_LIMIT_ENABLED = False
    cache.clear()
