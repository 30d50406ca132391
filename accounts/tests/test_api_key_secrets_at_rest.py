"""No key can be read back: not from the database, not from a stored answer, not from the logs at DEBUG."""

import io
import logging
import logging.config

import pytest
import structlog
from django.conf import settings

from accounts.apikeys.key_format import new_key
from accounts.models import ApiKey
from accounts.tests.api_keys import ask, make_key
from accounts.tests.test_oauth_secrets_at_rest import dump
from crm.core.logs import logging_config

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["json", "text"])
def lines(request):
    """What the server would write at DEBUG."""
    written = io.StringIO()
    logging.config.dictConfig(logging_config("DEBUG", request.param))
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.getLogger().handlers[0].formatter)
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)
    logging.config.dictConfig(settings.LOGGING)


def test_no_key_is_in_a_dump_of_the_database_or_in_the_logs(api, sign_in, owner, lines, caplog):
    caplog.set_level(logging.DEBUG)
    made = api(owner).post(
        "api-keys", {"name": "x", "scopes": ["customers:read"]}, **{"Idempotency-Key": "once-and-for-all"}
    )
    secret = made.json()["key"]
    rotated = api(owner).post(f"api-keys/{made.json()['id']}/rotate", {}, **{"Idempotency-Key": "again"}).json()["key"]
    typo = secret[:-1] + ("0" if secret[-1] != "0" else "1")
    for key in (secret, rotated, typo, new_key()):
        ask(key)
        ask("x", **{"X-API-Key": key})
        ask(key, "customers?api_key=" + key)
        ask(key, f"customers/{key}")
        ask(key, "customers", "post", {"name": key, key: key})
        sign_in(owner).get(f"/nowhere/{key}/?key={key}")
    api(owner).post("api-keys/leaked", {"key": rotated}, **{"Idempotency-Key": "leak-of-a-key"})
    stored, told = dump(), lines.getvalue()
    assert "Nightly" not in stored and "customers:read" in stored and "request" in told
    for key in (secret, rotated):
        assert key not in stored and key not in told
        assert key not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("vouch"))


def test_a_key_is_scrubbed_wherever_it_stands_in_a_message(lines):
    key, log = new_key(), logging.getLogger("some.library")
    for value in (key, f"X-API-Key:{key}", key.encode(), {"a": [key]}, {key}, ValueError(key), f"api_key%3D{key}%26x"):
        log.debug("sent %s", value)
        log.debug(value)
        structlog.get_logger("ours").debug("event", value=value, **{f"n{key}": 1})
    try:
        raise ValueError(key)
    except ValueError:
        log.exception("failed with %r", key)
    assert key not in lines.getvalue() and "crm_live_[scrubbed]" in lines.getvalue()


def test_what_is_stored_opens_nothing(owner):
    key, secret = make_key(owner)
    for stored in (key.digest, key.hint, str(key.pk), f"crm_live_{key.digest[:46]}"):
        assert ask(stored).status_code == 401
    assert key.digest not in secret and secret not in repr(key) + str(key.__dict__)


def test_the_same_key_has_another_digest_under_another_pepper(owner, settings):
    _, secret = make_key(owner)
    settings.API_KEY_PEPPER = ["another pepper of 32 characters.."]
    assert ask(secret).status_code == 401 and ApiKey.objects.count() == 1
