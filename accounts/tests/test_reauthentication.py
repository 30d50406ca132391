"""Sensitive acts ask for the password or a factor again, unless it was given within five minutes."""

import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View

from accounts.models import User
from accounts.reauthentication import FreshSignIn, ensure_fresh_sign_in, fresh_sign_in_required
from conftest import PASSWORD, signed_in_at
from crm.core.access import signed_in
from crm.core.actor import Actor
from crm.core.errors import Forbidden
from crm.urls import urlpatterns as product_urlpatterns

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@signed_in("a test")
@fresh_sign_in_required
def sensitive(request: Any) -> HttpResponse:
    return HttpResponse("done")


@signed_in("a test")
class SensitivePage(FreshSignIn, View):
    def get(self, request: Any) -> HttpResponse:
        return HttpResponse("done")


@signed_in("a test")
class SensitiveForm(View):
    def get(self, request: Any) -> HttpResponse:
        return HttpResponse("a form")

    @method_decorator(fresh_sign_in_required)
    def post(self, request: Any) -> HttpResponse:
        return HttpResponse("done")


@signed_in("a test")
def api(request: Any) -> HttpResponse:
    ensure_fresh_sign_in(request)
    return HttpResponse("done")


urlpatterns = [
    path("sensitive/", sensitive),
    path("page/", SensitivePage.as_view()),
    path("form/", SensitiveForm.as_view()),
    path("api/v1/sensitive", api),
    *product_urlpatterns,
]


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> Any:
    cache.clear()
    yield
    cache.clear()


@pytest.mark.parametrize("url", ["/sensitive/", "/page/", "/api/v1/sensitive"])
def test_a_recent_sign_in_is_enough(url: str, sign_in: Any, owner: User) -> None:
    assert sign_in(owner).get(url).content == b"done"


@pytest.mark.parametrize("url", ["/sensitive/?a=1&b=2", "/page/"])
def test_an_old_one_leads_to_the_question_and_back(url: str, sign_in_long_ago: Any, owner: User) -> None:
    client = sign_in_long_ago(owner)
    asked = client.get(url)
    assert urlsplit(asked["Location"]).path == "/accounts/reauthenticate/"
    assert parse_qs(urlsplit(asked["Location"]).query) == {"next": [url]}
    page = client.get(asked["Location"])
    assert b"Confirm that it is you" in page.content
    back = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": url})
    assert back["Location"] == url
    assert client.get(url).content == b"done"


def test_a_wrong_password_is_not_enough(sign_in_long_ago: Any, owner: User) -> None:
    client = sign_in_long_ago(owner)
    again = client.post("/accounts/reauthenticate/", {"password": "wrong", "next": "/sensitive/"})
    assert again.status_code in (200, 422)
    assert client.get("/sensitive/").status_code == 302


def test_five_minutes_are_the_limit(sign_in: Any, owner: User) -> None:
    client = sign_in(owner)
    signed_in_at(client, owner, time.time() - 295)
    assert client.get("/sensitive/").status_code == 200
    signed_in_at(client, owner, time.time() - 301)
    assert client.get("/sensitive/").status_code == 302


def test_a_reset_link_is_no_proof(sign_in: Any, owner: User) -> None:
    client = sign_in(owner)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password_reset", "at": time.time()}]
    session.save()
    assert client.get("/sensitive/").status_code == 302


def test_the_proof_of_another_person_in_the_same_session_is_none(sign_in: Any, owner: User, teammate: User) -> None:
    client = sign_in(owner)
    signed_in_at(client, teammate, time.time())
    assert client.get("/sensitive/").status_code == 302


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/form/?x=1", "/form/?x=1"),
        ("https://evil.example/form/", "/accounts/"),
        ("javascript:alert(1)", "/accounts/"),
        ("", "/accounts/"),
    ],
)
def test_a_form_goes_back_to_its_own_page_and_what_it_held_is_not_kept(
    referer: str, back: str, sign_in_long_ago: Any, owner: User
) -> None:
    client = sign_in_long_ago(owner)
    assert client.get("/form/").content == b"a form"
    asked = client.post("/form/", {"secret": "do-not-keep"}, headers={"Referer": referer})
    assert parse_qs(urlsplit(asked["Location"]).query) == {"next": [back]}
    assert "do-not-keep" not in str(dict(client.session))


def test_the_way_back_never_leaves_the_house(sign_in_long_ago: Any, owner: User) -> None:
    answer = sign_in_long_ago(owner).post(
        "/accounts/reauthenticate/", {"password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"


def test_a_fragment_sends_the_whole_page_to_the_question(sign_in_long_ago: Any, owner: User) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/form/"}
    asked = sign_in_long_ago(owner).get("/sensitive/", headers=headers)
    assert (asked.status_code, asked["HX-Redirect"]) == (204, "/accounts/reauthenticate/?next=%2Fform%2F")


def test_a_script_gets_a_code(sign_in_long_ago: Any, owner: User) -> None:
    answer = sign_in_long_ago(owner).get("/sensitive/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "reauthentication_required")


def test_who_is_known_to_an_identity_provider_alone_signs_in_again(sign_in_long_ago: Any, owner: User) -> None:
    client = sign_in_long_ago(owner)
    User.objects.filter(pk=owner.pk).update(password="!unusable")
    owner.refresh_from_db()
    client.force_login(owner, backend="accounts.backends.EmailBackend")
    signed_in_at(client, owner, time.time() - 3600)
    assert client.get("/sensitive/")["Location"] == "/accounts/logout/?next=%2Fsensitive%2F"


@pytest.mark.parametrize("credential", ["token", "key", "none"])
def test_tokens_and_keys_never_do_sensitive_acts(credential: Any) -> None:
    request: Any = SimpleNamespace(actor=Actor(label="a program", kind="user", credential=credential))
    with pytest.raises(Forbidden) as refusal:
        ensure_fresh_sign_in(request)
    assert refusal.value.code == "session_required"


def test_the_client_fixture_signs_in_as_a_browser_does(client: Client, owner: User) -> None:
    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    assert client.get("/sensitive/").content == b"done"


@pytest.mark.parametrize("path", ["user/add/", "user/{user}/change/", "role/{role}/change/", "team/add/"])
def test_the_administration_asks_before_it_shows_such_a_form(
    path: str, sign_in: Any, sign_in_long_ago: Any, superadmin: User
) -> None:
    url = f"/admin/accounts/{path.format(user=superadmin.pk, role=superadmin.role_id)}"
    assert "/accounts/reauthenticate/" in sign_in_long_ago(superadmin).get(url)["Location"]
    assert "/accounts/reauthenticate/" in sign_in_long_ago(superadmin).post(url, {})["Location"]
    assert sign_in(superadmin).get(url).status_code == 200
