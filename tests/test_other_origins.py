"""Other sites: their scripts get nothing unless they are named, and then nothing by cookie; their forms are refused."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.addresses import Address, without_decoys

pytestmark = pytest.mark.django_db
NAMED, OTHER = "https://app.example.com", "https://evil.example.com"
FOR_SCRIPTS = ["/mcp", "/api/v1/", "/api/v1/customers", "/api/v1/nowhere", "/auth/token", "/auth/userinfo"]
FOR_PEOPLE = ["/", "/customers/", "/accounts/login/", "/auth/authorize", "/auth/introspect", "/admin/", "/health/live"]
SOME_ID = "0192f0c1-2345-7abc-8def-0123456789ab"
# Another credential is in the request (a token, a key, an assertion); or whatever is left of the admin, which is 404.
NOT_BY_SESSION = re.compile(
    r"auth/(?!authorize)|\.well-known/|accounts/sso/saml/\S+/acs/|api/v1/\^?api-keys/leaked"
    r"|admin/\S*\(\?P<(url|app_label)>|unsubscribe/|(forms|hooks)/|mcp$"
)


def preflight(client: Client, path: str, origin: str) -> Any:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    return client.options(path, headers=asked)


@pytest.fixture
def named(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [NAMED]


@pytest.mark.parametrize("path", [*FOR_SCRIPTS, *FOR_PEOPLE])
@pytest.mark.parametrize("origin", [OTHER, NAMED, "null", "https://testserver.evil.example"])
def test_without_a_list_no_origin_is_allowed(client, path, origin):
    for answer in (client.get(path, headers={"Origin": origin}), preflight(client, path, origin)):
        assert not [name for name in answer.headers if name.lower().startswith("access-control-allow")]


@pytest.mark.parametrize("path", FOR_SCRIPTS)
def test_a_named_origin_may_call_the_api_and_read_the_answer_without_cookies(named, client, path):
    answer = client.get(path, headers={"Origin": NAMED})
    assert answer.headers["Access-Control-Allow-Origin"] == NAMED
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "RateLimit-Remaining" in answer.headers["Access-Control-Expose-Headers"]
    assert "origin" in answer.headers["Vary"].lower()
    assert "authorization" in preflight(client, path, NAMED).headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", FOR_PEOPLE)
def test_pages_are_closed_to_a_named_origin_too(named, client, path):
    assert "Access-Control-Allow-Origin" not in client.get(path, headers={"Origin": NAMED}).headers
    assert "Access-Control-Allow-Origin" not in preflight(client, path, NAMED).headers


@pytest.mark.parametrize("origin", [OTHER, "http://app.example.com", f"{NAMED}.evil.example", f"{NAMED}:8443", "null"])
@pytest.mark.parametrize("path", FOR_SCRIPTS)
def test_an_origin_that_only_looks_like_it_is_not_allowed(named, client, path, origin):
    assert "Access-Control-Allow-Origin" not in client.get(path, headers={"Origin": origin}).headers
    assert "Access-Control-Allow-Origin" not in preflight(client, path, origin).headers


def unsafe() -> list[tuple[str, Address]]:
    """Every unsafe method of every address that a session could use."""
    return [
        (method, address)
        for address in without_decoys()
        for method in address.methods
        if method not in ("GET", "HEAD", "OPTIONS") and not NOT_BY_SESSION.match(address.route)
    ]


def test_every_write_by_a_session_needs_its_csrf_token(superadmin):
    """Whatever else would be wrong with the request: it does not get that far."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(superadmin, backend="accounts.backends.EmailBackend")
    asked = {"Accept": "application/json"}
    answers = {}
    for method, address in unsafe():
        path = address.url(
            **{name: "7" if f"<int:{name}>" in address.route else SOME_ID for name in address.parameters}
        )
        answers[f"{method} {path}"] = getattr(client, method.lower())(
            path, content_type="application/json", headers=asked
        )
    assert len(answers) > 100
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 403} == {}
