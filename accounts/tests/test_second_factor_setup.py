"""People connect, replace and remove their own factors; seeds are encrypted, recovery codes are shown once."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.mfa import services
from accounts.mfa.rotation import reencrypt_all
from accounts.models import User
from accounts.tests.second_factor import App, another_code, connect_app, give_code, give_password, recovery_codes
from auditlog.models import AuditEvent, SecurityEvent
from crm.core.actor import Actor
from crm.core.encryption import Unreadable
from crm.core.errors import CrmError

pytestmark = pytest.mark.django_db
APP, CODES = "/accounts/security/setup/app/", "/accounts/security/codes/"


def secret_on(page: Any) -> App:
    found = re.search(rb"data-secret>([A-Z2-7 ]+)<", page.content)
    assert found, page.content
    return App(found[1].decode().replace(" ", ""))


def connect(client: Client) -> App:
    app = secret_on(client.get(APP))
    assert client.post(APP, {"code": app.code()})["Location"] == CODES
    return app


def kinds(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def stored(client: Client) -> str:
    """All that is kept of factors, and in the session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        rows = [str(row[0]) for row in cursor.fetchall()]
    return " ".join([*rows, json.dumps(dict(client.session))])


def test_an_app_is_connected_by_its_first_code(
    sign_in: Any, owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = sign_in(owner)
    with django_capture_on_commit_callbacks(execute=True):
        connect(client)
    assert kinds(owner) == {"totp", "recovery_codes"}
    assert AuditEvent.objects.filter(action="users.factor_added", actor_id=owner.pk).count() == 1
    assert SecurityEvent.objects.get(kind="factor.added").person_id == owner.pk
    assert [(one.to, one.subject) for one in mail.outbox] == [([owner.email], "Vouch: A way to sign in was added")]


def test_the_code_that_connected_it_signs_nobody_in(sign_in: Any, owner: User) -> None:
    client = sign_in(owner)
    app = secret_on(client.get(APP))
    code = app.code()
    client.post(APP, {"code": code})
    thief = give_password(owner)
    assert give_code(thief, code).status_code == 200


def test_a_wrong_code_connects_nothing_and_keeps_the_picture(sign_in: Any, owner: User) -> None:
    client = sign_in(owner)
    app = secret_on(client.get(APP))
    refused = client.post(APP, {"code": another_code(app)})
    assert refused.status_code == 422 and b"not the app&#x27;s current code" in refused.content
    assert secret_on(refused) == app == secret_on(client.get(APP))
    assert kinds(owner) == set()


def test_neither_a_pending_nor_a_connected_seed_can_be_read_back(sign_in: Any, owner: User) -> None:
    client = sign_in(owner)
    app = secret_on(client.get(APP))
    assert app.secret not in stored(client)
    client.post(APP, {"code": app.code()})
    codes = Authenticator.objects.get(user=owner, type="recovery_codes").wrap().get_unused_codes()
    assert app.secret not in stored(client)
    assert not [code for code in codes if code in stored(client)]


def test_another_app_replaces_the_first_at_once(sign_in: Any, owner: User) -> None:
    client = sign_in(owner)
    old = connect(client)
    client.get(CODES)
    new = secret_on(client.get(APP))
    assert new != old
    assert client.post(APP, {"code": new.code()})["Location"] == "/accounts/security/"
    assert Authenticator.objects.filter(user=owner, type="totp").count() == 1
    assert give_code(give_password(owner), old.code()).status_code == 200


def test_recovery_codes_are_shown_once(sign_in: Any, owner: User) -> None:
    client = sign_in(owner)
    connect(client)
    first = client.get(CODES)
    assert len(re.findall(rb"<code>\d{5}-\d{5}</code>", first.content)) == 10
    assert "no-store" in first["Cache-Control"]
    again = client.get(CODES, follow=True)
    assert again.redirect_chain == [("/accounts/security/", 302)] and b"shown once" in again.content


def test_new_ones_end_the_old(sign_in: Any, owner: User) -> None:
    client = sign_in(owner)
    connect_app(owner)
    old = recovery_codes(owner)
    assert client.post(CODES)["Location"] == CODES
    assert client.get(CODES).status_code == 200
    refused = give_code(give_password(owner), old[0])
    assert refused.status_code == 200


def test_there_are_none_without_a_factor(sign_in: Any, owner: User) -> None:
    client = sign_in(owner)
    assert (client.get(CODES).status_code, client.post(CODES).status_code) == (302, 409)


def test_with_the_last_factor_the_recovery_codes_go(sign_in: Any, owner: User) -> None:
    client = sign_in(owner)
    connect(client)
    factor = Authenticator.objects.get(user=owner, type="totp")
    assert client.post(f"/accounts/security/factors/{factor.pk}/remove/")["Location"] == "/accounts/security/"
    assert kinds(owner) == set()
    assert SecurityEvent.objects.filter(kind="factor.removed", person_id=owner.pk).count() == 1


def test_it_cannot_be_removed_where_it_is_compulsory(sign_in: Any, owner: User, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR = "all"
    client = sign_in(owner)
    connect_app(owner)
    factor = Authenticator.objects.get(user=owner, type="totp")
    answer = client.post(f"/accounts/security/factors/{factor.pk}/remove/", follow=True)
    assert b"Add another one before you remove this" in answer.content
    assert kinds(owner) == {"totp"}
    passkey(owner, "Spare")
    client.post(f"/accounts/security/factors/{factor.pk}/remove/")
    assert kinds(owner) == {"webauthn"}


def test_recovery_codes_do_not_count_as_another_factor(sign_in: Any, owner: User, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR = "all"
    client = sign_in(owner)
    connect_app(owner)
    recovery_codes(owner)
    factor, codes = (Authenticator.objects.get(user=owner, type=kind) for kind in ("totp", "recovery_codes"))
    client.post(f"/accounts/security/factors/{factor.pk}/remove/")
    assert client.post(f"/accounts/security/factors/{codes.pk}/remove/").status_code == 404
    assert kinds(owner) == {"totp", "recovery_codes"}


def passkey(user: User, name: str) -> Authenticator:
    return Authenticator.objects.create(user=user, type="webauthn", data={"name": name, "credential": {}})


@pytest.mark.parametrize(
    "credential", ["", "[]", "{}", '{"id": 1}', '{"response": {"attestationObject": "AA"}}', f'"{"x" * 30_000}"']
)
def test_garbage_is_no_passkey(credential: str, sign_in: Any, owner: User) -> None:
    client = sign_in(owner)
    client.get("/accounts/security/setup/passkey/")
    answer = client.post("/accounts/security/setup/passkey/", {"name": "Laptop", "credential": credential})
    assert answer.status_code == 422
    assert kinds(owner) == set()


def test_a_passkey_is_renamed(sign_in: Any, owner: User) -> None:
    one = passkey(owner, "Laptop")
    client = sign_in(owner)
    url = f"/accounts/security/passkeys/{one.pk}/"
    assert b"Laptop" in client.get(url).content
    assert client.post(url, {"name": "Old laptop"})["Location"] == "/accounts/security/"
    assert b"Old laptop" in client.get("/accounts/security/").content
    assert client.post(url, {"name": ""}).status_code == 422
    assert AuditEvent.objects.filter(action="users.factor_renamed").count() == 1


@pytest.mark.parametrize("path", ["passkeys/{pk}/", "factors/{pk}/remove/"])
def test_nobody_touches_anothers(path: str, sign_in: Any, owner: User, teammate: User, superadmin: User) -> None:
    one = passkey(owner, "Laptop")
    for person in (teammate, superadmin):
        answer = sign_in(person).post(f"/accounts/security/{path.format(pk=one.pk)}", {"name": "Mine now"})
        assert answer.status_code == 404
    assert Authenticator.objects.get(pk=one.pk).data["name"] == "Laptop"


def test_all_of_it_asks_for_a_fresh_sign_in(sign_in_long_ago: Any, owner: User) -> None:
    one = passkey(owner, "Laptop")
    client = sign_in_long_ago(owner)
    changes = (f"/accounts/security/factors/{one.pk}/remove/", f"/accounts/security/passkeys/{one.pk}/", CODES, APP)
    for path in (*changes, "/accounts/security/setup/passkey/"):
        answer = client.post(path, {"name": "x", "code": "1"})
        assert answer.status_code == 302 and "/accounts/reauthenticate/" in answer["Location"], path
    assert kinds(owner) == {"webauthn"}


@pytest.mark.parametrize("credential", ["token", "key"])
def test_a_token_or_key_changes_no_factor(credential: Any, owner: User) -> None:
    actor = Actor(label="a program", kind="user", id=UUID(str(owner.pk)), credential=credential)
    acts: tuple[Any, ...] = (
        lambda: services.app_set(actor, secret="GEZDGNBVGY3TQOJQ", code="1"),
        lambda: services.passkey_add(actor, name="x", credential={}),
        lambda: services.factor_remove(actor, 1),
        lambda: services.recovery_codes_renew(actor),
        lambda: services.recovery_codes_reveal(actor),
    )
    for act in acts:
        with pytest.raises(CrmError) as refusal:
            act()
        assert refusal.value.code == "session_required"


def test_nobody_keeps_more_than_twenty_passkeys(sign_in: Any, as_actor: Any, owner: User) -> None:
    for number in range(20):
        passkey(owner, f"Key {number}")
    with pytest.raises(CrmError) as refusal:
        services.passkey_add(as_actor(owner), name="one more", credential={})
    assert refusal.value.code == "too_many_passkeys"


def test_a_new_key_takes_the_seeds_over(owner: User, teammate: User, settings: Any) -> None:
    app, codes = connect_app(owner), recovery_codes(owner)
    connect_app(teammate)
    old, new = settings.SECRET_ENCRYPTION_KEY, Fernet.generate_key().decode()
    settings.SECRET_ENCRYPTION_KEY = [new, *old]
    assert list(reencrypt_all(batch=2)) == [2, 1]
    settings.SECRET_ENCRYPTION_KEY = [new]
    assert Authenticator.objects.get(user=owner, type="recovery_codes").wrap().get_unused_codes() == codes
    give_code(client := give_password(owner), app.code())
    assert client.get("/accounts/").status_code == 200
    settings.SECRET_ENCRYPTION_KEY = old
    with pytest.raises(Unreadable):
        list(reencrypt_all())
