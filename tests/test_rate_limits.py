"""Limits at the door: who is counted how, what a refusal looks like, and that a stranger cannot shut others out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone
from django.views import View
from redis import RedisError
from rest_framework.viewsets import ViewSet

from accounts.models import Session, User
from accounts.oauth.clients import client_create
from accounts.tests.oauth_flow import tokens_for
from conftest import PASSWORD
from crm.core import limits
from crm.core.access import public
from crm.core.actor import Actor
from crm.core.limits import Fallback, Limit, limited
from crm.core.limits_counting import InRedis, Memory
from crm.core.limits_middleware import limit_of
from crm.urls import urlpatterns as product_urlpatterns

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
BAD = {"Authorization": "Bearer not-a-token"}


@limited("2/min")
@public("a test of the decorator")
def rare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("reached")


@limited("2/min")
class RareView(View):
    access = rare.access  # type: ignore[attr-defined]

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("reached")


urlpatterns = [path("rare/", rare, name="rare"), path("rare/too/", RareView.as_view()), *product_urlpatterns]


@pytest.fixture(autouse=True)
def counters(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Fallback:
    """Fresh ones: in memory, which counts as Redis does (crm/core/tests/test_limits.py)."""
    settings.RATE_LIMIT_ENABLED = True
    cache.clear()  # allauth counts there, too
    fallback = Fallback(None)
    monkeypatch.setattr(limits, "counters", lambda: fallback)
    return fallback


@pytest.fixture
def in_redis(counters: Fallback) -> None:
    counters.redis = InRedis(settings.REDIS_URL)
    counters.redis.client.flushdb()


@pytest.fixture
def few(settings: Any) -> None:
    settings.RATE_LIMITS = {
        "anonymous": "4/min",
        "authenticated": "6/min",
        "admin": "8/min",
        "bad_credentials": "3/min",
    }


def statuses(call: Callable[[], Any], times: int) -> list[int]:
    return [call().status_code for _ in range(times)]


def test_the_limits_are_those_of_the_requirement():
    assert settings.RATE_LIMITS == {
        "anonymous": "60/min", "authenticated": "300/min", "admin": "1000/min", "bad_credentials": "5/min",
    }  # fmt: skip


@pytest.mark.parametrize("address", ["/accounts/login/", "/api/v1/", "/nowhere/", "/customers/"])
def test_the_sixty_first_request_of_a_stranger_is_too_much(client, address):
    answers = [client.get(address) for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]}.isdisjoint({429})
    assert answers[0]["RateLimit-Limit"] == "60"
    assert [answers[0]["RateLimit-Remaining"], answers[59]["RateLimit-Remaining"]] == ["59", "0"]
    assert answers[60].status_code == 429


@pytest.mark.redis
def test_it_is_the_same_with_redis(in_redis, few, client, owner, sign_in):
    assert statuses(lambda: client.get("/accounts/login/"), 5) == [200] * 4 + [429]
    other = {"REMOTE_ADDR": "192.0.2.9"}
    assert statuses(lambda: client.get("/api/v1/me", headers=BAD, **other), 4) == [401] * 3 + [429]
    form = {"login": owner.email, "password": PASSWORD}
    assert statuses(lambda: Client().post("/accounts/login/", form, REMOTE_ADDR="192.0.2.10"), 4) == [302] * 4


def test_people_have_more_and_administrators_most(few, api, owner, superadmin):
    assert api(owner).get("me")["RateLimit-Limit"] == "6"
    assert api(superadmin).get("me")["RateLimit-Limit"] == "8"
    assert statuses(lambda: api(owner).get("me"), 6) == [200] * 5 + [429]


def test_a_person_has_one_allowance_for_every_credential(few, sign_in, owner, native):
    token = tokens_for(sign_in(owner), native)["access_token"]
    limits.counters().memory.counts.clear()
    by_token = Client(headers={"Authorization": f"Bearer {token}"})
    first = by_token.get("/api/v1/me")["RateLimit-Remaining"]
    assert int(sign_in(owner).get("/api/v1/me")["RateLimit-Remaining"]) == int(first) - 1


@pytest.fixture
def native(db: Any) -> Any:
    actor = Actor.system("tests")
    return client_create(
        actor, name="Desk", client_type="public", redirect_uris=["http://127.0.0.1/callback"], scopes=["customers:read"]
    )[0]


def test_people_behind_one_address_do_not_share_an_allowance(few, api, owner, teammate):
    assert statuses(lambda: api(owner).get("me"), 7)[-1] == 429
    assert api(teammate).get("me").status_code == 200


def test_a_stranger_at_one_address_does_not_use_up_that_of_another(few, client):
    assert statuses(lambda: client.get("/accounts/login/"), 5)[-1] == 429
    assert client.get("/accounts/login/", REMOTE_ADDR="192.0.2.9").status_code == 200


def test_a_whole_64_is_one_stranger(few, client):
    answers = [client.get("/accounts/login/", REMOTE_ADDR=f"2001:db8::{host}") for host in range(1, 6)]
    assert answers[-1].status_code == 429
    assert client.get("/accounts/login/", REMOTE_ADDR="2001:db8:0:1::1").status_code == 200


def test_what_a_stranger_claims_about_the_address_changes_nothing(few, client):
    answers = [
        client.get("/accounts/login/", headers={"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for={number}"})
        for number in range(5)
    ]
    assert answers[-1].status_code == 429


def test_a_refusal_of_the_api_has_the_house_shape_and_says_when_to_come_back(few, client):
    answer = [client.get("/api/v1/") for _ in range(5)][-1]
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["status"]) == (429, "too_many_requests", 429)
    assert 1 <= int(answer["Retry-After"]) <= 61
    assert (answer["RateLimit-Remaining"], answer["RateLimit-Reset"]) == ("0", answer["Retry-After"])
    assert answer["Cache-Control"] == "no-store"


def test_a_refusal_of_a_page_is_a_page(few, client):
    answer = [client.get("/accounts/login/") for _ in range(5)][-1]
    assert answer["Content-Type"].startswith("text/html") and b"Too many requests" in answer.content
    assert answer["Retry-After"]


@pytest.mark.parametrize("address", ["/health/live", "/health/ready", "/api/v1/health", "/static/css/app.css"])
def test_health_and_files_are_never_refused(few, client, address):
    answers = [client.get(address) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit-Limit" not in answers[0]


def test_the_switch_in_the_environment_turns_it_off(few, client, settings):
    settings.RATE_LIMIT_ENABLED = False
    answers = [client.get("/accounts/login/") for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200} and "RateLimit-Limit" not in answers[0]


class TestBadCredentials:
    def test_bad_tokens_are_counted_although_nobody_is_authenticated(self, client):
        answers = [client.get("/api/v1/customers", headers=BAD) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
        assert answers[5]["RateLimit-Limit"] == "5" and answers[5]["Retry-After"]

    def test_every_address_that_takes_tokens_counts_them_together(self, few, client):
        asked = ["/api/v1/customers", "/api/v1/deals", "/auth/userinfo", "/api/v1/me"]
        assert [client.get(one, headers=BAD).status_code for one in asked] == [401, 401, 401, 429]

    def test_a_good_token_behind_the_same_address_still_opens(self, few, client, sign_in, owner, native):
        token = tokens_for(sign_in(owner), native)["access_token"]
        assert statuses(lambda: client.get("/api/v1/customers", headers=BAD), 4)[-1] == 429
        good = {"Authorization": f"Bearer {token}"}
        assert client.get("/api/v1/customers", headers=good).status_code == 200

    def test_neither_strangers_without_a_token_nor_sessions_are_shut_out(self, few, client, sign_in, owner):
        assert statuses(lambda: client.get("/api/v1/customers", headers=BAD), 4)[-1] == 429
        assert sign_in(owner).get("/customers/").status_code == 200
        assert client.get("/accounts/login/").status_code == 200

    def test_a_session_that_has_ended_is_no_bad_credential(self, few, sign_in, owner):
        client = sign_in(owner)
        Session.objects.update(last_used_at=timezone.now() - timedelta(hours=3))
        answers = [client.get("/customers/") for _ in range(4)]
        assert {answer.status_code for answer in answers} == {302}
        assert client.get("/accounts/login/")["RateLimit-Limit"] == "4"

    @pytest.mark.parametrize("door", ["token", "refresh"])
    def test_refusals_of_the_token_doors_are_counted(self, door, client):
        sent = {"grant_type": "authorization_code", "client_id": "nobody", "code": "x", "refresh_token": "x"}
        assert (
            statuses(lambda: client.post(f"/auth/{door}", urlencode(sent), content_type=FORM), 7)
            == [401] * 5 + [429] * 2
        )

    def test_a_good_refresh_behind_the_same_address_still_works(self, client, sign_in, owner, native):
        token = tokens_for(sign_in(owner), native)["refresh_token"]
        bad = {"client_id": native.client_id, "refresh_token": "x"}
        assert statuses(lambda: client.post("/auth/refresh", urlencode(bad), content_type=FORM), 6) == [400] * 5 + [429]
        good = {"client_id": native.client_id, "refresh_token": token}
        assert client.post("/auth/refresh", urlencode(good), content_type=FORM).status_code == 200


class TestGuessingPasswords:
    def guess(self, client: Client, email: str, password: str = "wrong", **extra: Any) -> int:
        return client.post("/accounts/login/", {"login": email, "password": password}, **extra).status_code

    def test_guesses_at_many_accounts_from_one_address_end_after_five(self, client, owner):
        assert [self.guess(client, f"{number}@north.example") for number in range(7)] == [200] * 5 + [429] * 2

    def test_the_password_is_not_looked_at_any_more(self, client, owner):
        for number in range(5):
            self.guess(client, f"{number}@north.example")
        assert self.guess(client, owner.email, PASSWORD) == 429
        assert "_auth_user_id" not in client.session

    def test_signing_in_rightly_uses_nothing_up(self, owner):
        assert [self.guess(Client(), owner.email, PASSWORD) for _ in range(8)] == [302] * 8

    def test_another_address_is_not_concerned(self, client, owner):
        for number in range(6):
            self.guess(client, f"{number}@north.example")
        assert self.guess(client, owner.email, PASSWORD, REMOTE_ADDR="192.0.2.9") == 302

    def test_who_is_signed_in_works_on(self, client, sign_in, owner):
        for number in range(6):
            self.guess(client, f"{number}@north.example")
        assert sign_in(owner).get("/customers/").status_code == 200

    def test_nor_by_the_page_that_asks_for_it_again(self, sign_in, owner):
        client = sign_in(owner)
        answers = statuses(lambda: client.post("/accounts/reauthenticate/", {"password": "wrong"}), 7)
        assert answers == [200] * 3 + [429] + [423] * 3

    def test_a_session_cannot_try_out_its_owners_password_either(self, sign_in, owner):
        client = sign_in(owner)
        form = {"oldpassword": "wrong", "password1": "New-lantern-9-harbour", "password2": "New-lantern-9-harbour"}
        answers = statuses(lambda: client.post("/accounts/password/change/", form), 7)
        assert answers == [200] * 3 + [429] + [423] * 3  # the lock-out is told first
        assert User.objects.get(pk=owner.pk).check_password(PASSWORD)


class TestDecorator:
    @pytest.mark.parametrize("address", ["/rare/", "/rare/too/"])
    def test_a_view_may_have_a_limit_of_its_own(self, settings, client, address):
        settings.ROOT_URLCONF = __name__
        answers = [client.get(address) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[0]["RateLimit-Limit"] == "2"
        assert client.get("/accounts/login/")["RateLimit-Remaining"] == "59"

    def test_it_counts_each_caller(self, settings, client):
        settings.ROOT_URLCONF = __name__
        statuses(lambda: client.get("/rare/"), 3)
        assert client.get("/rare/", REMOTE_ADDR="192.0.2.9").status_code == 200

    def test_servers_that_ask_about_tokens_have_as_much_as_who_is_signed_in(self, client):
        assert client.post("/auth/introspect", "", content_type=FORM)["RateLimit-Limit"] == "300"

    def test_one_action_of_a_viewset_may_have_it_alone(self):
        class Reports(ViewSet):
            def list(self, request: Any) -> None: ...

            @limited("1/h")
            def create(self, request: Any) -> None: ...

        view = Reports.as_view({"get": "list", "post": "create"})
        assert limit_of(view, "POST") == Limit(1, 3600) and limit_of(view, "GET") is None


class Watched(Memory):
    calls = 0

    def take(self, *args: Any) -> Any:
        self.calls += 1
        return super().take(*args)


@pytest.mark.parametrize("address", ["/customers/", "/api/v1/customers", "/nowhere/"])
def test_a_request_asks_the_store_once_and_the_database_never(address, sign_in, owner, counters, settings):
    counters.redis = Watched()
    client = sign_in(owner)
    client.get(address)
    counters.redis.calls = 0
    with CaptureQueriesContext(connection) as limited_queries:
        client.get(address)
    assert counters.redis.calls == 1
    settings.RATE_LIMIT_ENABLED = False
    with CaptureQueriesContext(connection) as free_queries:
        client.get(address)
    assert len(limited_queries) == len(free_queries)


class Away:
    def take(self, *_args: Any) -> Any:
        raise RedisError


def test_health_says_while_limits_are_counted_without_redis(client, counters):
    assert client.get("/api/v1/health").json()["rate_limits"] == {"store": "memory", "redis_failures": 0}
    counters.redis = Away()
    assert client.get("/accounts/login/").status_code == 200
    answer = client.get("/api/v1/health")
    body = answer.json()
    assert (answer.status_code, body["status"], body["checks"]["limits"]) == (200, "degraded", "degraded")
    assert body["rate_limits"] == {"store": "memory", "redis_failures": 1}
