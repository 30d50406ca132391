"""One's own address changes once its owner has confirmed it, and the old one is told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from accounts import email_change
from accounts.models import User
from auditlog.models import AuditEvent, SecurityEvent
from conftest import PASSWORD
from crm.core.errors import Forbidden

pytestmark = pytest.mark.django_db
PAGE, NEW = "/accounts/email/", "olive@new.example"


@pytest.fixture
def olive(owner) -> Client:
    """Signed in by password a moment ago."""
    cache.clear()
    client = Client()
    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    return client


@pytest.fixture
def ask(olive, mailoutbox, django_capture_on_commit_callbacks) -> Any:
    """Asks for a new address and answers the path in the mail that went there, or nothing."""

    def run(email: str = NEW) -> str:
        mailoutbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            assert olive.post(PAGE, {"email": email}).status_code == 302
        words = " ".join(mail.body for mail in mailoutbox if mail.to == [email]).split()
        link = next((word for word in words if "/email/confirm/" in word), "")
        return "/" + link.partition("://")[2].partition("/")[2] if link else ""

    return run


def address_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


def test_it_changes_with_the_link_from_the_new_address(
    ask, olive, owner, mailoutbox, django_capture_on_commit_callbacks
):
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    path = ask()
    assert address_of(owner) == owner.email
    assert [mail.to for mail in mailoutbox] == [[NEW], [owner.email]]
    assert olive.get(path).status_code == 200 and address_of(owner) == owner.email
    with django_capture_on_commit_callbacks(execute=True):
        assert olive.post(path).status_code == 302
    assert address_of(owner) == NEW and mailoutbox[-1].to == [owner.email]
    assert not EmailAddress.objects.filter(user=owner, email=owner.email).exists()
    assert {"email.change_requested", "email.changed"} <= set(SecurityEvent.objects.values_list("kind", flat=True))
    assert AuditEvent.objects.get(action="users.updated").actor_id == owner.pk


def test_an_older_sign_in_is_asked_for_the_password_first(olive, owner):
    session = olive.session
    records = [{**one, "at": one["at"] - 3600} for one in session[AUTHENTICATION_METHODS_SESSION_KEY]]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session.save()
    for answer in (olive.get(PAGE), olive.post(PAGE, {"email": NEW})):
        assert answer.status_code == 302 and "reauthenticate" in answer["Location"]
    assert not User.objects.get(pk=owner.pk).pending_email


class TestTheLinkIsOver:
    def test_once_it_was_used(self, ask, olive, owner):
        path = ask()
        olive.post(path)
        assert olive.get(path).status_code == 404 and olive.post(path).status_code == 404

    def test_after_a_day(self, ask, olive, owner, monkeypatch):
        path = ask()
        monkeypatch.setattr(email_change, "LIFETIME", timedelta(seconds=-1))
        assert olive.post(path).status_code == 404 and address_of(owner) == owner.email

    def test_when_another_address_was_asked_for(self, ask, olive, owner):
        first, second = ask(), ask("olive@other.example")
        assert olive.post(first).status_code == 404
        assert olive.post(second).status_code == 302 and address_of(owner) == "olive@other.example"

    def test_when_the_change_was_cancelled(self, ask, olive, owner):
        path = ask()
        olive.post(PAGE, {"cancel": "1"})
        assert olive.post(path).status_code == 404 and address_of(owner) == owner.email

    def test_for_everybody_else(self, ask, sign_in, teammate, owner, client):
        path = ask()
        assert sign_in(teammate).post(path).status_code == 404
        assert client.post(path).status_code == 302 and address_of(owner) == owner.email

    def test_when_somebody_took_the_address_meanwhile(self, ask, olive, owner):
        path = ask()
        User.objects.create_user(NEW.upper(), PASSWORD)
        assert olive.post(path).status_code == 404 and address_of(owner) == owner.email

    def test_when_it_was_tampered_with(self, ask, olive, owner):
        path = ask()
        assert olive.post(path[:-3] + "x/").status_code == 404 and address_of(owner) == owner.email


def test_whether_an_address_is_taken_is_not_told(ask, olive, teammate, mailoutbox):
    free = olive.post(PAGE, {"email": NEW})
    assert ask(teammate.email) == ""
    taken = olive.post(PAGE, {"email": teammate.email})
    assert (free.status_code, free["Location"]) == (taken.status_code, taken["Location"])
    assert [mail.to for mail in mailoutbox] == [[NEW], ["owner@north.example"], ["owner@north.example"]]


@pytest.mark.parametrize("email", ["", "nobody", "x@y", "owner@north.example"])
def test_what_is_no_new_address_is_refused(olive, owner, email):
    assert olive.post(PAGE, {"email": email}).status_code == 422
    assert not User.objects.get(pk=owner.pk).pending_email


def test_a_token_does_not_change_its_persons_address(as_actor, owner):
    with pytest.raises(Forbidden):
        email_change.email_change_request(replace(as_actor(owner), credential="token"), email=NEW)


def test_nobody_is_flooded_with_mail_by_a_colleague(olive, settings):
    settings.RATE_LIMIT_ENABLED = True
    answers = [olive.post(PAGE, {"email": f"victim{number}@new.example"}).status_code for number in range(6)]
    assert answers == [302] * 5 + [429]
    assert olive.get(PAGE).status_code == 200
