"""The shell around every answer: pages, errors, redirects, files and API alike (SEC-1)."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from conftest import PASSWORD
from crm.core import limits
from crm.core.limits import Fallback
from tests.production import production_environment

pytestmark = pytest.mark.django_db
PUBLIC = {
    "page": "/accounts/login/",
    "redirect": "/customers/",
    "missing page": "/nowhere/",
    "static file": "/static/css/app.css",
    "missing file": "/static/nowhere.css",
    "API refusal": "/api/v1/customers",
    "API nowhere": "/api/v1/nowhere",
    "NUL": "/customers/?q=%00",
    "health": "/health/live",
    "OAuth metadata": "/.well-known/oauth-authorization-server",
    "OAuth refusal": "/auth/token",
    "admin": "/admin/",
    "admin sign-in": "/admin/login/",
    "description of the API": "/api/v1/schema",
    "documentation of the API": "/api/v1/docs",
    "health of the API": "/api/v1/health",
    "sign-in with a fault": "/accounts/login/?next=//elsewhere.example",
}
SIGNED_IN = {"dashboard": "/", "list": "/customers/", "API list": "/api/v1/customers", "forbidden": "/admin/"}


def assert_shelled(answer: object) -> None:
    headers = answer.headers  # type: ignore[attr-defined]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["X-Request-ID"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy and "*" not in policy


@pytest.fixture(scope="module", autouse=True)
def _served_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert finders.find("css/app.css"), "the static files are found"


@pytest.mark.parametrize("path", PUBLIC.values(), ids=PUBLIC)
def test_what_strangers_get_carries_every_header(path, client):
    assert_shelled(client.get(path))


@pytest.mark.parametrize("path", SIGNED_IN.values(), ids=SIGNED_IN)
def test_what_people_get_carries_every_header(path, sign_in, owner):
    assert_shelled(sign_in(owner).get(path))


def test_a_crash_carries_every_header(sign_in, owner, monkeypatch):
    monkeypatch.setattr("customers.views.customers.CustomerList.get", lambda *args: 1 / 0)
    answer = sign_in(owner).get("/customers/")
    assert answer.status_code == 500 and b"ZeroDivisionError" not in answer.content
    assert_shelled(answer)


def test_a_refusal_for_too_many_requests_carries_every_header(client, settings, monkeypatch):
    settings.RATE_LIMIT_ENABLED = True
    counters = Fallback(None)
    monkeypatch.setattr(limits, "counters", lambda: counters)
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "anonymous": "1/min"}
    for address in ("/accounts/login/", "/api/v1/"):
        answer = [client.get(address) for _ in range(2)][-1]
        assert answer.status_code == 429
        assert_shelled(answer)


@pytest.fixture
def https_only(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


@pytest.mark.parametrize("path", PUBLIC.values(), ids=PUBLIC)
def test_over_https_every_answer_asks_for_https_for_a_year(https_only, path, client):
    answer = client.get(path, secure=True)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert_shelled(answer)


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/admin/", "/auth/authorize", "/nowhere/"])
def test_pages_over_plain_http_are_redirected(https_only, path, client):
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://testserver{path}")
    assert_shelled(answer)


@pytest.mark.parametrize("path", ["/api/v1/customers", "/api/v1/nowhere", "/api/v1/health", "/auth/token"])
@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_programs_over_plain_http_are_refused_and_never_redirected(https_only, path, method, client):
    answer = getattr(client, method)(path, headers={"Authorization": "Bearer whatever"})
    assert answer.status_code == 403 and "Location" not in answer.headers
    if path.startswith("/api/"):
        assert answer.json()["error"]["code"] == "https_required"
    assert_shelled(answer)


def test_a_good_token_over_plain_http_opens_nothing(https_only, api, owner):
    assert api(owner).get("me").status_code == 403


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_supervisors_inside_the_network_may_ask_over_plain_http(https_only, path, client):
    assert client.get(path).status_code == 200


def test_a_refused_form_carries_every_header(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner, backend="accounts.backends.EmailBackend")
    answer = client.post("/customers/new/", {})
    assert answer.status_code == 403
    assert_shelled(answer)


def test_each_answer_has_its_own_nonce(client):
    policies = [client.get("/accounts/login/").headers["Content-Security-Policy"] for _ in range(2)]
    nonces = [set(re.findall(r"'nonce-([^']+)'", policy)) for policy in policies]
    assert not nonces[0] & nonces[1]


@pytest.mark.parametrize("path", ["/", "/customers/"])
def test_pages_of_people_are_not_kept_by_shared_caches(path, sign_in, owner):
    assert "private" in sign_in(owner).get(path).headers["Cache-Control"]


def test_answers_of_the_api_are_not_stored(api, owner):
    assert "no-store" in api(owner).get("customers").headers["Cache-Control"]


def test_cookies_are_out_of_reach_of_scripts(client, owner):
    assert client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD}).status_code == 302
    client.get("/accounts/password/change/")
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        assert client.cookies[name]["httponly"] and client.cookies[name]["samesite"] == "Lax"


def test_cookies_of_production_are_tied_to_this_very_host_and_to_https():
    asked = "from django.conf import settings as s; print([(getattr(s, f'{name}_COOKIE_NAME'), *(getattr(s, "
    asked += "f'{name}_COOKIE_{part}') for part in ('SECURE', 'HTTPONLY', 'SAMESITE', 'PATH', 'DOMAIN'))) "
    asked += "for name in ('SESSION', 'CSRF')])"
    environment = {**production_environment(), "DJANGO_SETTINGS_MODULE": "crm.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [(f"__Host-{name}", True, True, "Lax", "/", None) for name in ("sessionid", "csrftoken")]
    assert ast.literal_eval(ran.stdout) == expected


def test_no_script_of_ours_keeps_anything_secret_in_the_browser():
    for path in (Path(settings.BASE_DIR) / "static" / "js").glob("*.js"):
        assert not re.search(r"(localStorage|sessionStorage).*(token|secret|password)", path.read_text(), re.I), (
            path.name
        )
