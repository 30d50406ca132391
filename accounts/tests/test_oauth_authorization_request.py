"""The authorization request: PKCE with S256, exact addresses, scopes of the vocabulary, consent each time."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Application, Grant, User
from accounts.tests.oauth_flow import ask, decide, request_for, sent_back

pytestmark = pytest.mark.django_db


def test_a_visitor_signs_in_first_and_comes_back_to_the_same_request(native: Application) -> None:
    response = ask(Client(), native)
    assert response.status_code == 302
    assert response["Location"].startswith(f"{reverse('account_login')}?next=%2Fauth%2Fauthorize%3F")
    assert native.client_id in response["Location"]


def test_the_consent_page_says_in_words_what_is_asked(browser: Client, native: Application) -> None:
    page = ask(browser, native).content.decode()
    assert "Desk tool" in page
    assert "create and change" in page
    assert 'name="allow"' in page
    assert "127.0.0.1:53682" in page


def test_the_consent_page_marks_what_the_role_does_not_grant(browser: Client, native: Application) -> None:
    page = ask(browser, native, scope="customers:read audit:manage").content.decode()
    assert "your role does not grant" in page
    assert page.index("Customers") < page.index("your role does not grant") < page.index("Audit trail")


def test_the_consent_page_is_never_kept_and_lets_the_browser_go_on_to_the_client(
    browser: Client, native: Application
) -> None:
    response = ask(browser, native)
    assert response["Cache-Control"] == "no-store"
    assert "form-action 'self' http://127.0.0.1:53682" in response["Content-Security-Policy"]


def test_allowing_sends_a_code_the_state_and_the_issuer(browser: Client, native: Application) -> None:
    answer = decide(browser, native)
    assert set(answer) == {"code", "state", "iss"}
    assert answer["state"] == "st4te"
    assert answer["iss"] == settings.PUBLIC_URL


@pytest.mark.parametrize("allow", ["", "false", "0"])
def test_declining_sends_access_denied_and_issues_nothing(browser: Client, native: Application, allow: str) -> None:
    answer = decide(browser, native, allow=allow)
    assert answer["error"] == "access_denied"
    assert (answer["state"], answer["iss"]) == ("st4te", settings.PUBLIC_URL)
    assert not Grant.objects.exists()


@pytest.mark.parametrize("extra", [{"approval_prompt": "auto"}, {"prompt": "none"}, {"skip_authorization": "true"}])
def test_consent_is_asked_again_although_it_was_given(browser: Client, native: Application, extra: Any) -> None:
    decide(browser, native)
    response = ask(browser, native, **extra)
    assert response.status_code == 200
    assert b'name="allow"' in response.content


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
        ({"code_challenge": "x" * 5000}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "customers:read everything:do"}, "invalid_scope"),
        ({"scope": "backups:write"}, "invalid_scope"),
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_faulty_request_goes_back_to_the_client_with_state_and_issuer(
    browser: Client, native: Application, changes: Any, error: str, signed_in: bool
) -> None:
    answer = sent_back(ask(browser if signed_in else Client(), native, **changes))
    assert answer["error"] == error
    assert (answer["state"], answer["iss"]) == ("st4te", settings.PUBLIC_URL)
    assert "code" not in answer


@pytest.mark.parametrize("changes", [{"code_challenge_method": "plain"}, {"scope": "everything:do"}])
def test_a_consent_form_changed_on_the_way_is_refused(browser: Client, native: Application, changes: Any) -> None:
    assert "error" in decide(browser, native, **changes)
    assert not Grant.objects.exists()


def test_a_scope_the_client_may_not_have_is_left_out(browser: Client, native: Application) -> None:
    decide(browser, native, scope="customers:read backups:write")
    assert Grant.objects.get().scope == "customers:read"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/callback",
        "http://127.0.0.1:1/callback",
        "http://127.0.0.1:65535/callback",
    ],
)
def test_a_native_app_chooses_its_loopback_port(browser: Client, native: Application, address: str) -> None:
    assert ask(browser, native, redirect_uri=address).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:53682/callback/",
        "http://127.0.0.1:53682/callback?x=1",
        "http://127.0.0.1:53682/callback#x",
        "http://127.0.0.1:53682/callback/../evil",
        "http://127.0.0.1:53682/Callback",
        "http://127.0.0.1:port/callback",
        "http://127.0.0.1@evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://localhost:53682/callback",
        "https://127.0.0.1:53682/callback",
        "http://[::1/callback",
        "//127.0.0.1/callback",
        "javascript:alert(1)",
        "http://127.0.0.1:53682/callback\n",
        "x" * 20000,
    ],
)
def test_an_address_that_is_not_registered_gets_a_page_and_no_redirect(
    browser: Client, native: Application, address: str
) -> None:
    response = ask(browser, native, redirect_uri=address)
    assert response.status_code == 400
    assert "Location" not in response


@pytest.mark.parametrize(
    "address", ["https://robot.example:444/done", "https://robot.example/done?x", "https://robot.example"]
)
def test_ports_are_free_on_loopback_only(browser: Client, confidential: Any, address: str) -> None:
    assert ask(browser, confidential[0], redirect_uri=address).status_code == 400


@pytest.mark.parametrize("changes", [{"client_id": None}, {"client_id": "unknown"}, {"client_id": "x" * 20000}])
def test_an_unknown_client_gets_a_page(browser: Client, native: Application, changes: Any) -> None:
    assert ask(browser, native, **changes).status_code == 400


def test_a_disabled_client_is_unknown(browser: Client, native: Application) -> None:
    Application.objects.update(is_active=False)
    assert ask(browser, native).status_code == 400


@pytest.mark.parametrize(
    "query", ["client_id=%zz", "client_id=a&client_id=b", "%ff=%fe", "a=%C3%28", "&&&", "client_id=%0a"]
)
def test_an_address_nobody_would_write_is_a_400(browser: Client, query: str) -> None:
    assert browser.get(f"/auth/authorize?{query}").status_code == 400


def test_a_nul_is_a_400(browser: Client, native: Application) -> None:
    assert ask(browser, native, state="a\x00b").status_code == 400
    sent = request_for(native, state="a\x00b") | {"allow": "Authorize"}
    assert browser.post("/auth/authorize", sent).status_code == 400


def test_consent_needs_the_csrf_token(owner: User, native: Application) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner, backend="accounts.backends.EmailBackend")
    response = strict.post("/auth/authorize", request_for(native) | {"allow": "Authorize"})
    assert response.status_code == 403
    assert not Grant.objects.exists()


def test_a_bearer_token_cannot_consent(native: Application) -> None:
    response = Client().get(f"/auth/authorize?{'&'.join(f'{k}={v}' for k, v in request_for(native).items())}",
                            headers={"Authorization": "Bearer x"})  # fmt: skip
    assert response.status_code in (302, 400)
    assert "code=" not in response.get("Location", "")


def test_the_page_answers_only_get_and_post(browser: Client) -> None:
    assert browser.delete("/auth/authorize").status_code == 405
