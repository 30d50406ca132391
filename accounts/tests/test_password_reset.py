"""Asking for a new password tells nobody whether there is such an account."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.test import Client

from accounts.models import User
from crm.outbox.draining import drain

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("address", "mails"), [("owner@north.example", 1), ("nobody@north.example", 0)])
def test_a_known_and_an_unknown_address_get_the_same_answer(
    client: Client, owner: User, address: str, mails: int, mailoutbox: Any
) -> None:
    answer = client.post("/accounts/password/reset/", {"email": address})
    drain()
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")
    assert len(mail.outbox) == mails


def test_the_link_leads_to_our_own_address_whatever_the_asker_calls_us(
    client: Client, owner: User, settings: Any, mailoutbox: Any
) -> None:
    settings.PUBLIC_URL = "https://crm.example"
    client.post("/accounts/password/reset/", {"email": owner.email}, headers={"host": "localhost:9999"})
    drain()
    (sent,) = mail.outbox
    everything = f"{sent.subject} {sent.body} {sent.alternatives[0].content}"
    assert "localhost" not in everything
    assert re.search(r"https://crm\.example/accounts/password/reset/key/[0-9a-z]+-[0-9a-z-]+/", sent.body)


def test_the_mailed_link_opens_the_form(client: Client, owner: User, mailoutbox: Any) -> None:
    assert "Choose a password" in client.get(_link(client, owner), follow=True).content.decode()


def test_a_link_is_good_for_an_hour(client: Client, owner: User, mailoutbox: Any, monkeypatch: Any) -> None:
    link, clock = _link(client, owner), PasswordResetTokenGenerator._now
    later = timedelta(hours=1, minutes=1)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda generator: clock(generator) + later)
    assert "This link no longer works" in client.get(link, follow=True).content.decode()


def _link(client: Client, person: User) -> str:
    client.post("/accounts/password/reset/", {"email": person.email})
    drain()
    found = re.search(r"/accounts/password/reset/key/\S+", mail.outbox[0].body)
    assert found
    return found.group()
