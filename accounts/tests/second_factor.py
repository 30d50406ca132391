"""Second factors for the tests: an app that shows codes, and people who have one."""

import time
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.test import Client

from accounts.mfa.codes import PERIOD, totp
from accounts.models import User
from conftest import PASSWORD
from crm.core import encryption


@dataclass(frozen=True)
class App:
    """What a phone holds: the secret, and thus the code of any moment."""

    secret: str

    def code(self, at: float | None = None) -> str:
        return totp(self.secret, int(time.time() if at is None else at) // PERIOD)


def connect_app(user: User) -> App:
    app = App(generate_totp_secret())
    data = {"secret": encryption.encrypt(app.secret), "last_counter": 0}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    return app


def recovery_codes(user: User) -> list[str]:
    return list(RecoveryCodes.activate(user).get_unused_codes())


def give_password(user: User, client: Client | None = None) -> Client:
    """The first step of signing in."""
    client = client or Client()
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def give_code(client: Client, code: str) -> Any:
    return client.post("/accounts/second-factor/", {"code": code})


def is_signed_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def another_code(app: App) -> str:
    """Of right form, wrong at any time near now."""
    now = int(time.time()) // PERIOD
    near = {totp(app.secret, now + step) for step in range(-3, 4)}
    return next(code for code in (f"{number:06}" for number in range(20)) if code not in near)
