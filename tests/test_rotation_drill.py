"""docs/keys.md as a whole: every ring gets a new key, nobody notices, and in the end nothing rests on a former one."""

import base64
import secrets
import time
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Session
from accounts.oauth.clients import client_create
from accounts.oauth.service_accounts import integration_role
from accounts.tests.api_keys import ask, make_key
from accounts.tests.oauth_flow import by_itself
from accounts.tests.second_factor import connect_app, give_code, give_password, is_signed_in
from auditlog.sealing import seal_pending
from crm.core.actor import Actor
from crm.ops.keys import RINGS, first_seen
from crm.ops.models import SeenKey

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def new_key(ring: str) -> str:
    raw = secrets.token_bytes(32)
    encoded = {"SECRET_ENCRYPTION_KEY": Fernet.generate_key, "AUDIT_SIGNING_KEY": lambda: base64.b64encode(raw)}
    return encoded.get(ring, lambda: secrets.token_urlsafe(48).encode())().decode()


@pytest.fixture
def rotate_in(settings: Any) -> Any:
    """Steps 1 and 2 of the page: a new key in front of each ring, the former ones behind it."""

    def put_in_front() -> None:
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        settings.SECRET_KEY = new_key("SECRET_KEY")
        for ring in set(RINGS) - {"SECRET_KEY"}:
            setattr(settings, ring, [new_key(ring), *getattr(settings, ring)])

    return put_in_front


@pytest.fixture
def without_former(settings: Any) -> Any:
    """Step 4. Seals are verified with their keys as long as they are kept."""

    def take_away() -> None:
        settings.SECRET_KEY_FALLBACKS = []
        for ring in set(RINGS) - {"SECRET_KEY", "AUDIT_SIGNING_KEY"}:
            setattr(settings, ring, getattr(settings, ring)[:1])

    return take_away


def rotated() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


def bearer_works(token: str) -> bool:
    return ask(token).status_code == 200


def test_every_ring_is_renewed_and_nothing_is_left_on_the_former_keys(owner, north, sign_in, rotate_in, without_former):
    phone = connect_app(owner)
    browser = give_password(owner)
    give_code(browser, phone.code())
    _, key = make_key(owner)
    robot = client_create(
        Actor.system("test"), name="Robot", client_type="confidential", scopes=["customers:read"],
        role=integration_role(), teams=[north],
    )  # fmt: skip
    token = by_itself(*robot).json()["access_token"]
    idle = sign_in(owner)
    first_seen(timezone.now() - timedelta(days=100))
    seal_pending()
    with pytest.raises(CommandError, match="older than 90 days"):
        rotated()

    rotate_in()
    assert is_signed_in(browser) and bearer_works(key) and bearer_works(token)
    told = rotated()
    assert "accounts_session.data: 1 moved, 0 left, 0 unreadable" in told
    assert "second factors: 1 moved, 0 left, 0 unreadable" in told
    assert "API keys: 0 rows hashed with a former key" in told, "its use moved it"
    call_command("audit_verify", stdout=StringIO())

    without_former()
    assert bearer_works(key)
    assert give_code(give_password(owner), phone.code(time.time() + 30)).status_code == 302
    assert all("at most 0" in line for line in rotated().splitlines() if "at most" in line)
    seal_pending()
    call_command("audit_verify", stdout=StringIO())
    assert is_signed_in(browser) and not is_signed_in(idle), "a session moves when it is used"
    assert not bearer_works(token), "a token ends with the key it was hashed with"
    assert by_itself(*robot).status_code == 401, "so does a client's secret that was not renewed"


def test_a_former_key_is_remembered_by_its_fingerprint_alone(rotate_in, settings):
    before = {ring: getattr(settings, ring) for ring in RINGS}
    first_seen()
    rotate_in()
    first_seen()
    assert SeenKey.objects.count() == 2 * len(RINGS)
    kept = "".join(SeenKey.objects.values_list("fingerprint", flat=True))
    assert not [key for key in [before["SECRET_KEY"], *before["API_KEY_PEPPER"]] if key in kept]


def test_taken_away_too_early_a_key_leaves_rows_that_are_told(owner, rotate_in, without_former):
    Session.objects.create(key="k", data="written under the former key")
    rotate_in()
    without_former()
    with pytest.raises(CommandError, match=r"accounts_session\.data has rows that no key reads"):
        rotated()
