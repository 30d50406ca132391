"""Logs tell the whole story under the trace id, and never a secret."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
import structlog
from django.conf import settings

from crm.core.logs import SCRUBBED, logging_config, scrub

PASSWORD = "Lantern-over-harbour-7"
SECRETS = ("s3cret-verifier-0123456789", "Bearer abcdefghijklmnop", PASSWORD)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What production would write, as text."""
    written = io.StringIO()
    logging.config.dictConfig(logging_config("INFO", "json"))
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.getLogger().handlers[0].formatter)
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)
    logging.config.dictConfig(settings.LOGGING)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", "hunter22"),
        ("new_password", "hunter22"),
        ("access_token", "abc"),
        ("Authorization", "Bearer abcdefghijk"),
        ("cookie", "sessionid=abc"),
        ("api_key", "crm_live_abcdefghij"),
        ("client_secret", "abc"),
        ("code_verifier", "abc"),
        ("header", "Bearer abcdefghijk"),
        ("query", "code=abcdef&state=1"),
        ("text", "key crm_live_abcdefghijkl was used"),
    ],
)
def test_a_secret_is_scrubbed_by_its_name_or_its_shape(name, value):
    event = json.dumps(scrub({"deep": [{name: value}]}))
    assert value not in event and SCRUBBED in event


@pytest.mark.parametrize("path", ["/unsubscribe/{}/", "/hooks/{}/", "/hooks/{}", "/invitation/{}/"])
def test_the_part_of_a_path_that_is_a_secret_is_scrubbed(path):
    scrubbed = scrub({"path": path.format("Zk3vQ0bT8mXw")})["path"]
    assert scrubbed == path.format(SCRUBBED)


@pytest.mark.parametrize(("name", "value"), [("path", "/customers/"), ("tokens_used", 3), ("has_password", True)])
def test_what_is_no_secret_stays(name, value):
    assert scrub({name: value}) == {name: value}


@pytest.mark.django_db
def test_one_line_per_request_with_route_status_time_actor_and_trace(lines, sign_in, owner):
    answer = sign_in(owner).get("/customers/?status=active", headers={"X-Request-ID": "trace-of-this-test"})
    assert answer.headers["X-Request-ID"] == "trace-of-this-test"
    (line,) = [json.loads(line) for line in lines.getvalue().splitlines() if '"request"' in line]
    assert line["trace_id"] == "trace-of-this-test" and line["actor"] == str(owner.pk)
    assert (line["route"], line["status"], line["method"]) == ("customers/", 200, "GET") and line["duration_ms"] > 0


@pytest.mark.django_db
def test_no_secret_of_a_request_reaches_the_log(lines, client, owner):
    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD + "wrong"})
    client.get("/api/v1/customers", headers={"Authorization": SECRETS[1]})
    client.post("/auth/token", {"code": "grant-code-0123456789", "code_verifier": SECRETS[0]})
    client.get("/nowhere/?code=grant-code-0123456789&access_token=token-0123456789")
    told = lines.getvalue()
    assert "request" in told
    for secret in (*SECRETS, "abcdefghijklmnop", "grant-code-0123456789", "token-0123456789"):
        assert secret not in told


@pytest.mark.django_db
def test_a_crash_is_told_in_full_under_the_trace_of_the_answer(lines, api, owner, monkeypatch):
    monkeypatch.setattr("customers.api.CustomerViewSet.list", lambda *args: 1 / 0)
    answer = api(owner).get("customers")
    assert answer.status_code == 500 and "ZeroDivision" not in answer.content.decode()
    crash = next(json.loads(line) for line in lines.getvalue().splitlines() if "unhandled_exception" in line)
    assert crash["trace_id"] == answer.json()["error"]["trace_id"] and "ZeroDivisionError" in crash["exception"]


def test_the_standard_library_writes_through_the_same_formatter(lines):
    logging.getLogger("some.library").warning("connecting with password=%s", "hunter22-hunter22")
    line = json.loads(lines.getvalue().splitlines()[-1])
    assert line["level"] == "warning" and "hunter22" not in lines.getvalue()


def test_an_exception_that_quotes_a_token_is_scrubbed(lines):
    try:
        raise ValueError("Bearer abcdefghijklmnop is not accepted")
    except ValueError:
        structlog.get_logger("crm.tests").exception("failed")
    assert "abcdefghijklmnop" not in lines.getvalue()
