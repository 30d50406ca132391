"""Who has a second factor is asked for it after the password, at every door, and a reset password does not skip it."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings

from accounts.models import User
from accounts.tests.second_factor import (
    App,
    another_code,
    connect_app,
    give_code,
    give_password,
    is_signed_in,
    recovery_codes,
)
from auditlog.models import AuditEvent, SecurityEvent
from conftest import PASSWORD
from crm.outbox.draining import drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> Any:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def app(owner: User) -> App:
    return connect_app(owner)


def test_the_password_alone_signs_nobody_in(owner: User, app: App) -> None:
    client = give_password(owner)
    assert not is_signed_in(client)
    page = client.get("/accounts/second-factor/")
    assert b"authenticator app" in page.content and page["Cache-Control"].find("no-cache") >= 0


def test_the_code_does(owner: User, app: App) -> None:
    client = give_password(owner)
    assert give_code(client, app.code())["Location"] == "/"
    assert is_signed_in(client)


def test_where_one_was_going_survives_the_second_step(owner: User, app: App) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD, "next": "/deals/"})
    assert give_code(client, app.code())["Location"] == "/deals/"


def test_the_same_code_signs_nobody_in_again(owner: User, app: App) -> None:
    code = app.code()
    give_code(give_password(owner), code)
    thief = give_password(owner)
    refused = give_code(thief, code)
    assert refused.status_code == 200 and b"That did not work" in refused.content
    assert not is_signed_in(thief)


def test_without_the_password_there_is_no_second_step(owner: User, app: App) -> None:
    client = Client()
    assert client.get("/accounts/second-factor/")["Location"] == "/accounts/login/"
    assert give_code(client, app.code())["Location"] == "/accounts/login/"
    assert not is_signed_in(client)


def test_a_wrong_code_is_an_event_without_the_code(owner: User, app: App) -> None:
    wrong = another_code(app)
    give_code(give_password(owner), wrong)
    event = SecurityEvent.objects.get(kind="factor.failed")
    assert (event.person_id, event.severity, event.address) == (owner.pk, "medium", "127.0.0.1")
    assert event.team_id == owner.memberships.get().team_id
    assert wrong not in event.details
    assert AuditEvent.objects.filter(action="users.factor_failed", object_id=str(owner.pk)).count() == 1


def test_five_wrong_codes_end_the_attempt_and_stop_the_next_from_elsewhere(owner: User, app: App) -> None:
    client = give_password(owner)
    answers = [give_code(client, another_code(app)) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [302]
    assert answers[-1]["Location"] == "/accounts/login/"
    assert client.get("/accounts/second-factor/")["Location"] == "/accounts/login/"
    assert SecurityEvent.objects.filter(kind="factor.failed", severity="high").count() == 1
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    refused = give_code(give_password(owner, elsewhere), app.code())
    assert b"Too many wrong codes" in refused.content
    assert not is_signed_in(elsewhere)


@override_settings(ACCOUNT_RATE_LIMITS={"login_failed": None})
def test_the_limit_is_our_own_and_holds_with_the_librarys_switched_off(owner: User, app: App) -> None:
    for _ in range(2):
        client = give_password(owner)
        for _try in range(3):
            give_code(client, another_code(app))
    assert b"Too many wrong codes" in give_code(give_password(owner), app.code()).content


@override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}})
def test_neither_replay_nor_guessing_depends_on_the_cache(owner: User, app: App) -> None:
    code = app.code()
    give_code(give_password(owner), code)
    thief = give_password(owner)
    assert [give_code(thief, code).status_code for _ in range(4)] == [200] * 4
    give_code(thief, code)
    assert b"Too many wrong codes" in give_code(give_password(owner), app.code()).content


def test_a_recovery_code_stands_in_once_and_its_owner_hears_of_it(
    owner: User, app: App, django_capture_on_commit_callbacks: Any
) -> None:
    code = recovery_codes(owner)[0]
    client = give_password(owner)
    with django_capture_on_commit_callbacks(execute=True):
        give_code(client, code)
    assert is_signed_in(client)
    event = SecurityEvent.objects.get(kind="recovery_code.used")
    assert (event.person_id, json.loads(event.details)) == (owner.pk, {"left": 9})
    assert AuditEvent.objects.filter(action="users.recovery_code_used", actor_id=owner.pk).exists()
    assert mail.outbox[0].to == [owner.email] and "Left: 9" in mail.outbox[0].body
    assert code not in mail.outbox[0].body
    again = give_password(owner)
    give_code(again, code)
    assert not is_signed_in(again)


def test_a_reset_password_does_not_skip_the_second_factor(owner: User, app: App) -> None:
    client = reset_password(owner)
    assert not is_signed_in(client)
    answer = client.post("/accounts/login/", {"login": owner.email, "password": "Quiet-harbour-9-lights"})
    assert answer["Location"] == "/accounts/second-factor/"
    assert not is_signed_in(client)


@override_settings(ACCOUNT_LOGIN_ON_PASSWORD_RESET=True)
def test_not_even_where_a_reset_would_sign_in(owner: User, app: App) -> None:
    client = reset_password(owner)
    assert not is_signed_in(client)


def reset_password(user: User) -> Client:
    client = Client()
    client.post("/accounts/password/reset/", {"email": user.email})
    drain()
    path = next(part for part in mail.outbox[0].body.split() if "/key/" in part).split("testserver")[-1]
    form = client.get(path)["Location"]
    new = "Quiet-harbour-9-lights"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    return client


@pytest.mark.parametrize("path", ["/admin/", "/auth/authorize", "/api/v1/customers", "/customers/"])
def test_no_other_door_opens_on_the_password_alone(path: str, owner: User, app: App) -> None:
    answer = give_password(owner).get(path)
    assert answer.status_code in (302, 400, 401, 404), answer.content


def test_no_browser_is_remembered(owner: User, app: App) -> None:
    client = give_password(owner)
    give_code(client, app.code())
    assert set(client.cookies) <= {"sessionid", "csrftoken", "messages", "__Host-sessionid", "__Host-csrftoken"}
    client.post("/accounts/logout/")
    give_password(owner, client)
    assert not is_signed_in(client)


def test_someone_deactivated_in_between_stays_outside(owner: User, app: App) -> None:
    client = give_password(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    give_code(client, app.code())
    assert not is_signed_in(client)


def test_what_was_begun_with_the_old_password_is_not_finished_after_a_new_one(owner: User, app: App) -> None:
    client = give_password(owner)
    owner.set_password("Harbour-over-lantern-8")
    owner.save()
    assert give_code(client, app.code())["Location"] == "/accounts/login/"
    assert not is_signed_in(client)


def test_a_code_confirms_a_sensitive_act_in_place_of_the_password(sign_in_long_ago: Any, owner: User, app: App) -> None:
    client = sign_in_long_ago(owner)
    assert client.get("/accounts/security/setup/app/").status_code == 302
    answer = client.post(
        "/accounts/reauthenticate/code/", {"code": app.code(), "next": "/accounts/security/setup/app/"}
    )
    assert answer["Location"] == "/accounts/security/setup/app/"
    assert client.get("/accounts/security/setup/app/").status_code == 200


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "{}",
        "[]",
        "[1]",
        "null",
        '"x"',
        '{"id": 1}',
        '{"id": "AA", "rawId": "AA", "response": {}, "type": "public-key"}',
    ],
)
@pytest.mark.parametrize("path", ["/accounts/passkey/", "/accounts/second-factor/"])
def test_garbage_in_place_of_a_passkey_is_refused(path: str, credential: str, owner: User, app: App) -> None:
    client = give_password(owner)
    answer = client.post(path, {"credential": credential})
    assert answer.status_code in (200, 302)
    assert not is_signed_in(client)


def test_signing_in_by_passkey_tells_nothing_about_anybody(client: Client, owner: User) -> None:
    options = client.get("/accounts/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    assert options["publicKey"]["userVerification"] == "required"
    assert not options["publicKey"].get("allowCredentials")


def test_last_use_is_noted(owner: User, app: App) -> None:
    give_code(give_password(owner), app.code())
    assert Authenticator.objects.get(user=owner).last_used_at is not None


def test_every_challenge_asks_the_device_to_verify_its_owner(owner: User, app: App) -> None:
    """One made for the second step could otherwise be answered at the door that needs no password."""
    client = give_password(owner)
    client.get("/accounts/second-factor/")
    assert client.session["mfa.webauthn.state"]["user_verification"] == "required"
