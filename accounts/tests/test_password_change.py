"""A changed password keeps the session that changed it and ends everything else, whichever door it came through."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Application, User
from accounts.tests.oauth_flow import refresh, tokens_for, userinfo
from auditlog.models import AuditEvent, SecurityEvent
from conftest import PASSWORD
from crm.outbox.draining import drain

pytestmark = pytest.mark.django_db
NEW = "Copper-kettle-91"


def is_in(client: Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


def change(client: Client) -> Any:
    return client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})


def test_changing_it_keeps_this_session_and_ends_the_others(owner, sign_in, browser, native: Application):
    tokens = tokens_for(browser, native)
    here, elsewhere = sign_in(owner), sign_in(owner)
    assert change(here).status_code == 302
    assert is_in(here) and not is_in(elsewhere) and not is_in(browser)
    assert userinfo(tokens["access_token"]).status_code == 401
    assert refresh(native, tokens["refresh_token"]).status_code == 400
    assert AuditEvent.objects.get(action="users.password_changed").actor_id == owner.pk
    assert SecurityEvent.objects.get(kind="password.changed").person_id == owner.pk


def test_a_reset_ends_everything_and_leaves_its_trail(owner, sign_in, client, browser, native, mailoutbox):
    tokens, elsewhere = tokens_for(browser, native), sign_in(owner)
    client.post("/accounts/password/reset/", {"email": owner.email})
    drain()
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    owner.refresh_from_db()
    assert owner.check_password(NEW)
    assert not is_in(elsewhere) and userinfo(tokens["access_token"]).status_code == 401
    event = AuditEvent.objects.get(action="users.password_changed")
    assert (event.actor_id, event.credential) == (owner.pk, "none")


def test_the_command_ends_sessions_and_tokens_too(owner, sign_in, browser, native, monkeypatch):
    tokens, elsewhere = tokens_for(browser, native), sign_in(owner)
    monkeypatch.setattr("getpass.getpass", lambda *args, **kwargs: NEW)
    call_command("changepassword", owner.email, stdout=io.StringIO())
    assert not is_in(elsewhere) and userinfo(tokens["access_token"]).status_code == 401
    event = AuditEvent.objects.get(action="users.password_changed")
    assert (event.actor_label, event.object_id) == ("system:changepassword", str(owner.pk))


@pytest.mark.parametrize("save", [lambda user: user.save(), lambda user: user.save(update_fields=["password"])])
def test_no_code_can_save_a_password_and_leave_the_sessions(owner, sign_in, save):
    elsewhere, user = sign_in(owner), User.objects.get(pk=owner.pk)
    user.set_password(NEW)
    save(user)
    assert not is_in(elsewhere)


def test_taking_the_password_away_ends_the_sessions(owner, sign_in):
    elsewhere = sign_in(owner)
    owner.set_unusable_password()
    owner.save()
    assert not is_in(elsewhere)


def test_the_wrong_old_password_changes_nothing(owner, sign_in):
    here, elsewhere = sign_in(owner), sign_in(owner)
    form = {"oldpassword": "Wrong-kettle-91", "password1": NEW, "password2": NEW}
    assert here.post("/accounts/password/change/", form).status_code == 200
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD) and is_in(elsewhere)


def test_the_administration_leads_to_the_one_page(superadmin, sign_in):
    assert sign_in(superadmin).get("/admin/password_change/")["Location"] == "/accounts/password/change/"


def test_no_hash_enters_the_trail(owner, sign_in):
    change(sign_in(owner))
    told = [
        *AuditEvent.objects.values_list("changes", flat=True),
        *SecurityEvent.objects.values_list("details", flat=True),
    ]
    assert told and not [one for one in told if "argon2" in one]


def test_the_person_is_told_by_mail(owner, sign_in, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        change(sign_in(owner))
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([owner.email], "Your password was changed")]
    assert NEW not in mailoutbox[0].body


def test_an_old_session_gives_nobody_their_first_password(sign_in, sign_in_long_ago, owner):
    owner.set_unusable_password()
    owner.save()
    refused = sign_in_long_ago(owner).get("/accounts/password/set/")
    assert (refused.status_code, refused["Location"]) == (302, "/accounts/logout/?next=%2Faccounts%2Fpassword%2Fset%2F")
    assert sign_in(owner).get("/accounts/password/set/").status_code == 200
