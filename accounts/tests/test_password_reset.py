"""Asking for a new password tells nobody whether there is such an account."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("address", "mails"), [("owner@north.example", 1), ("nobody@north.example", 0)])
def test_a_known_and_an_unknown_address_get_the_same_answer(
    client: Client, owner: User, address: str, mails: int, mailoutbox: Any
) -> None:
    answer = client.post("/accounts/password/reset/", {"email": address})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")
    assert len(mail.outbox) == mails
