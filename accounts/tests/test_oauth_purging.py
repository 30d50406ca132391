"""`purge_expired` forgets what has expired, and nothing that still tells a theft from a guess."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AccessToken, Application, Grant, RefreshToken, TokenFamily
from accounts.oauth import purging
from accounts.oauth.clients import client_rotate_secret
from accounts.tests.oauth_flow import by_itself, decide, redeem, refresh, tokens_for, userinfo
from auditlog.models import SecurityEvent
from crm.core.actor import Actor
from crm.ops import purging as registry

pytestmark = pytest.mark.django_db

PURGES = (purging.purge_families, purging.purge_codes, purging.purge_access_tokens, purging.purge_secrets)


def purge(after: timedelta) -> list[int]:
    return [one(timezone.now() + after) for one in PURGES]


def test_what_lives_stays(browser: Client, native: Application, robot: Any) -> None:
    tokens, own = tokens_for(browser, native), by_itself(*robot).json()
    code = decide(browser, native)["code"]
    assert purge(timedelta(0)) == [0, 0, 0, 0]
    assert userinfo(tokens["access_token"]).status_code == userinfo(own["access_token"]).status_code == 200
    assert redeem(native, code).status_code == 200


def test_reuse_and_replay_are_recognised_for_as_long_as_the_family_could_live(
    browser: Client, native: Application
) -> None:
    code = decide(browser, native)["code"]
    first = redeem(native, code).json()
    refresh(native, first["refresh_token"])
    purge(settings.OAUTH2_FAMILY_LIFETIME)
    assert refresh(native, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert redeem(native, code).json()["error"] == "invalid_grant"
    assert SecurityEvent.objects.filter(kind="token.reused").count() == 1


def test_a_family_goes_with_its_codes_and_tokens_a_month_after_its_end(browser: Client, native: Application) -> None:
    tokens_for(browser, native)
    purge(settings.OAUTH2_FAMILY_LIFETIME + timedelta(days=31))
    assert not any(model.objects.exists() for model in (TokenFamily, AccessToken, RefreshToken, Grant))


def test_expired_access_tokens_and_unused_codes_go_earlier(browser: Client, native: Application) -> None:
    tokens_for(browser, native)
    decide(browser, native)
    assert purge(timedelta(days=2)) == [0, 1, 1, 0]
    assert (TokenFamily.objects.count(), Grant.objects.count()) == (1, 1)


def test_a_previous_secret_goes_when_its_overlap_is_over(robot: Any) -> None:
    client, secret = robot
    client_rotate_secret(Actor.system("test"), client.pk)
    assert purge(timedelta(hours=23))[3] == 0
    assert purge(timedelta(hours=25))[3] == 1
    assert by_itself(client, secret).status_code == 401


def test_it_works_in_batches(browser: Client, native: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "BATCH", 2)
    for _ in range(5):
        decide(browser, native)
    assert purge(timedelta(days=2))[1] == 5


def run() -> str:
    out = StringIO()
    call_command("purge_expired", stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_forgot() -> None:
    said = run()
    for name in ("OAuth grants", "authorization codes", "access tokens", "previous client secrets"):
        assert f"{name}: 0" in said


@pytest.fixture
def one_fails() -> Iterator[None]:
    def fail(at: datetime) -> int:
        raise RuntimeError("gone wrong")

    run()
    known = dict(registry._purges)
    registry._purges.clear()
    registry._purges.update({"broken": fail, **known})
    yield
    registry._purges.clear()
    registry._purges.update(known)


def test_a_part_that_fails_is_named_stops_no_other_and_fails_the_command(one_fails: None) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="broken"):
        call_command("purge_expired", stdout=out)
    assert "broken: failed" in out.getvalue()
    assert "access tokens: 0" in out.getvalue()
