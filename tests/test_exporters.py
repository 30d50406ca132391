"""Traces and error reports reach a collector over HTTP, under the log's trace id, without what people entered."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from crm.core.error_reports.reporting import without_people
from crm.core.ids import uuid7
from crm.core.trace import traced
from crm.core.tracing.ids import OurTraceIds, Share
from tests.collector import collecting

pytestmark = pytest.mark.once
TRACE = "01960000000070008000000000000abc"
PLANTED = {
    "password": "Planted-password-81", "cookie": "planted-session-82", "bearer": "planted-bearer-token-83",
    "api_key": "crm_live_Planted84Planted84", "query": "planted-query-85", "address": "planted86@north.example",
    "body": "planted-body-87", "parameter": "planted-parameter-88",
}  # fmt: skip
WORK = f"""
import logging, structlog
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import resolve
from crm.core.trace import traced
PLANTED = {PLANTED!r}
from accounts.models import Team
from customers.api import CustomerViewSet
from crm.core.access import public
from crm.ops import health
from django.db import models

def broken(request):
    local_secret = PLANTED["password"]
    list(Team.objects.filter(name=PLANTED["parameter"]))
    row = "duplicate key\\nDETAIL:  Key (email)=(" + PLANTED["address"] + ") already exists."
    secrets = " Bearer " + PLANTED["bearer"] + " password=" + PLANTED["password"] + " " + PLANTED["api_key"]
    raise RuntimeError("for " + PLANTED["address"] + secrets + row)

broken = public("a test")(broken)
match = resolve("/health/live")
from crm import urls
entry = next(one for one in urls.urlpatterns if getattr(one, "name", "") == "health_live")
entry.callback = broken
client = Client(raise_request_exception=False, headers={{"X-Request-ID": "{TRACE}"}})
client.cookies["sessionid"] = PLANTED["cookie"]
answer = client.post(
    "/health/live?q=" + PLANTED["query"], {{"note": PLANTED["body"], "password": PLANTED["password"]}},
    headers={{"Authorization": "Bearer " + PLANTED["bearer"]}},
)
print("status", answer.status_code)
with traced("job tidy", "{TRACE}"):
    try:
        raise ValueError("of a job")
    except ValueError:
        structlog.get_logger("vouch.jobs").exception("job_failed", job="tidy")
    logging.getLogger("some.library").error("of a library", exc_info=ValueError("of a library"))
"""


@pytest.fixture
def run(migrated_sqlite, tmp_path):
    """What `WORK` leaves at the collector, with these variables set."""

    def ran(**given):
        shutil.copy(migrated_sqlite, tmp_path / "vouch.sqlite3")
        inherited = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        environment = {
            **inherited,
            "ENVIRONMENT": "testing",
            "DATA_DIR": str(tmp_path),
            "LOG_FORMAT": "json",
            "ALLOWED_HOSTS": "testserver",
            **given,
        }
        command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", WORK]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
        assert "status 500" in done.stdout, done.stderr
        return done

    return ran


def test_an_exception_arrives_with_its_trace_and_without_what_was_planted(run):
    with collecting() as collector:
        run(SENTRY_DSN=f"http://public-key@{collector.address}/7")
    assert {path for path, _body in collector.got} == {"/api/7/envelope/"}
    events = [json.loads(body.splitlines()[2]) for _path, body in collector.got if b'"type":"event"' in body]
    by_kind = {event["exception"]["values"][-1]["value"]: event for event in events}
    assert len(by_kind) == 3 and "of a job" in by_kind and "of a library" in by_kind
    (crash,) = [event for event in events if event["exception"]["values"][-1]["type"] == "RuntimeError"]
    assert crash["tags"]["trace_id"] == TRACE and crash["tags"]["event"] == "unhandled_exception"
    assert by_kind["of a job"]["tags"] == {"trace_id": TRACE, "route": "job tidy", "event": "job_failed"}
    frames = crash["exception"]["values"][-1]["stacktrace"]["frames"]
    assert any(frame["function"] == "broken" for frame in frames) and not any("vars" in frame for frame in frames)
    assert not {"request", "user", "breadcrumbs", "server_name"} & set(crash)
    assert_nothing_planted(collector)


def test_a_span_arrives_with_the_trace_of_the_log_and_its_statements(run):
    with collecting() as collector:
        run(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{collector.address}/", OTEL_SAMPLE_RATE="1")
    assert {path for path, _body in collector.got} == {"/v1/traces"}
    spans = [span for _path, body in collector.got for one in ExportTraceServiceRequest.FromString(body).resource_spans
             for scope in one.scope_spans for span in scope.spans]  # fmt: skip
    assert {span.trace_id.hex() for span in spans} == {TRACE}
    by_name = {span.name: span for span in spans}
    request = by_name["POST health/live"]
    told = {one.key: one.value for one in request.attributes}
    assert told["http.route"].string_value == "health/live" and told["http.response.status_code"].int_value == 500
    assert set(told) == {
        "http.request.method", "http.route", "http.response.status_code", "vouch.trace_id"
    } and request.status.code == 2  # fmt: skip
    teams = [span for span in spans for one in span.attributes if "accounts_team" in one.value.string_value]
    assert teams and teams[0].parent_span_id == request.span_id and "job tidy" in by_name
    assert_nothing_planted(collector)


def test_nothing_is_sent_or_even_loaded_where_nobody_asked():
    """redis-py loads OpenTelemetry's classes by itself where it finds them; what sends them is ours to load."""
    loaded = "import sys; print(sorted({'sentry_sdk', 'opentelemetry.exporter'} & set(sys.modules)))"
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", f"import crm.urls, crm.celery; {loaded}"]
    environment = {**os.environ, "ENVIRONMENT": "testing"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"


def test_a_collector_that_is_away_costs_no_answer(run):
    """Nobody listens at port 1."""
    run(
        SENTRY_DSN="http://public-key@127.0.0.1:1/7",
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1",
        OTEL_SAMPLE_RATE="1",
    )


def assert_nothing_planted(collector):
    everything = b"".join(body for _path, body in collector.got)
    assert everything and not [name for name, value in PLANTED.items() if value.encode() in everything]


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0])
def test_of_our_ids_the_share_is_sampled(share):
    """OpenTelemetry's own sampler would choose none of them below a half."""
    sampler = Share(share)
    chosen = sum(sampler.should_sample(None, uuid7().int, "GET").decision.is_sampled() for _ in range(4000))
    assert abs(chosen / 4000 - share) < 0.04


def test_a_trace_has_our_id_where_it_is_one():
    with traced("request", TRACE):
        assert OurTraceIds().generate_trace_id() == int(TRACE, 16)
    for other in ("a-caller-of-ours", "0" * 32, TRACE.upper()):
        with traced("request", other):
            assert OurTraceIds().generate_trace_id() not in (0, int(TRACE, 16))


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("division by zero", "division by zero"),
        ("no mail for olive@north.example", "no mail for [address]"),
        ('violates "x"\nDETAIL:  Key (email)=(a@b.example) already exists.', 'violates "x"'),
        ("Key (first, last)=(Olive, Owner) is not present", "Key [row]"),
        ("Bearer abcdefghijkl is not accepted", "Bearer [scrubbed] is not accepted"),
    ],
)
def test_a_message_is_told_without_people(message, told):
    assert without_people(message).startswith(told) and "Olive" not in without_people(message)
