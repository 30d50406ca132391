"""/metrics: for who has the token, by route and never by address, asked of the database now and then."""

import math
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from auditlog.models import Severity
from auditlog.security import security_event
from auditlog.services import record
from crm.core import limits
from crm.core.actor import Actor, Origin
from crm.core.metrics import BREAKER_TRIPS, REVOCATIONS, SECURITY_EVENTS, cache_read
from crm.ops.metrics.figures import figures
from crm.ops.models import Job, SeenKey
from crm.outbox.models import Delivery
from crm.outbox.services import enqueue

TOKEN = "a-token-of-this-test-alone-0123456789"
ACTOR = Actor.system("tests")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_was_asked(settings):
    settings.METRICS_TOKEN = TOKEN
    figures.forget()
    yield
    figures.forget()


@pytest.fixture
def scrape(client):
    def value_of(name=None, **labels):
        figures.forget()
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        samples = [one for family in text_string_to_metric_families(answer.content.decode()) for one in family.samples]
        if name is None:
            return samples
        return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())

    return value_of


@pytest.mark.parametrize("presented", [None, "Bearer another", "Bearer ", f"Basic {TOKEN}", TOKEN[:-1]])
def test_a_stranger_gets_nothing(client, presented):
    answer = client.get("/metrics", headers={"Authorization": presented} if presented else {})
    assert answer.status_code == 401 and b"vouch_" not in answer.content


def test_the_superadmin_has_no_token_either(sign_in, superadmin):
    assert sign_in(superadmin).get("/metrics").status_code == 401


def test_without_a_token_there_is_no_such_page(client, settings):
    settings.METRICS_TOKEN = ""
    for header in ("", "Bearer ", f"Bearer {TOKEN}"):
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 404


def test_a_request_counts_by_route_and_class_of_status(scrape, sign_in, owner):
    name = "vouch_http_requests_total"
    labels = {"route": "customers:list", "method": "GET", "status": "2xx"}
    before, took = scrape(name, **labels), scrape("vouch_http_request_seconds_count", route="customers:list")
    sign_in(owner).get("/customers/")
    assert scrape(name, **labels) == before + 1
    assert scrape("vouch_http_request_seconds_count", route="customers:list") == took + 1


def test_a_thousand_addresses_and_methods_make_no_new_series(scrape, client):
    client.get("/nowhere/at/all/")
    client.generic("BREW", "/nowhere/")
    before = len(scrape())
    for number in range(50):
        client.get(f"/nowhere/{number}/")
        client.get(f"/customers/{number}/?q={number}")
        client.generic(f"BREW{number}", "/nowhere/")
    assert len(scrape()) - before <= 20, "the buckets of one route that was not asked for before"
    told = " ".join(str(one.labels) for one in scrape())
    assert "nowhere" not in told and "BREW" not in told


def test_a_refusal_counts_by_its_code(scrape, client):
    before = scrape("vouch_refusals_total", code="not_authenticated")
    client.get("/api/v1/customers")
    assert scrape("vouch_refusals_total", code="not_authenticated") == before + 1


def test_figures_are_asked_of_the_database_once_in_a_while(client):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with CaptureQueriesContext(connection) as first:
        client.get("/metrics", headers=headers)
    with CaptureQueriesContext(connection) as later:
        for _ in range(5):
            client.get("/metrics", headers=headers)
    assert len(first) > 10 and len(later) == 0


def test_what_waits_and_what_is_dead(scrape):
    now = timezone.now()
    for number in range(3):
        enqueue("mail", {}, key=f"metrics:{number}")
    Delivery.objects.filter(key="metrics:0").update(next_attempt_at=now - timedelta(minutes=10))
    Delivery.objects.filter(key="metrics:1").update(next_attempt_at=now + timedelta(hours=1), state="pending")
    Delivery.objects.filter(key="metrics:2").update(state="failed", finished_at=now)
    Delivery.objects.filter(key="metrics:0").update(state="pending")
    assert (
        scrape("vouch_deliveries_waiting", kind="mail") == 2 and scrape("vouch_deliveries_waiting", kind="webhook") == 0
    )
    assert 600 <= scrape("vouch_deliveries_oldest_due_seconds", kind="mail") < 700
    assert scrape("vouch_deliveries_dead", kind="mail") == 1
    Delivery.objects.filter(key="metrics:2").update(finished_at=now - timedelta(days=2))
    assert scrape("vouch_deliveries_dead", kind="mail") == 0


def test_a_job_that_missed_its_slots(scrape):
    scrape()
    long_ago = timezone.now() - timedelta(minutes=10)
    Job.objects.filter(name="audit-seals").update(last_success_at=long_ago, last_error="ValueError: no")
    assert scrape("vouch_job_missed_slots", job="audit-seals", queue="seals") == 9
    assert scrape("vouch_job_failing", job="audit-seals") == 1 and scrape("vouch_job_failing", job="duplicates") == 0
    assert scrape("vouch_jobs_due", queue="seals") >= 1


def test_ages(scrape, settings):
    settings.BACKUP_IS_SET = True
    assert scrape("vouch_backup_verified_age_seconds") == math.inf
    assert scrape("vouch_backup_verified_limit_seconds") == settings.BACKUP_VERIFIED_WITHIN.total_seconds()
    SeenKey.objects.filter(ring="SECRET_KEY").update(first_seen=timezone.now() - timedelta(days=81))
    assert scrape("vouch_key_age_seconds", ring="SECRET_KEY") > 80 * 86400
    record(ACTOR, "customers.updated")
    assert 0 < scrape("vouch_audit_unsealed_seconds") < 60 and scrape("vouch_audit_check_age_seconds") == math.inf


def test_where_nobody_wants_backups_none_is_missed(scrape, settings):
    settings.BACKUP_IS_SET = settings.PRODUCTION = False
    assert scrape("vouch_backup_verified_limit_seconds") == 0


def counted(counter):
    return counter._value.get()


@pytest.mark.django_db(transaction=True)
def test_lock_outs_and_revocations_count_once_they_are_kept():
    locked, revoked = SECURITY_EVENTS.labels("login.locked"), REVOCATIONS.labels("tokens.revoked")
    before = counted(locked), counted(revoked)
    with transaction.atomic():
        security_event("login.locked", Severity.MEDIUM, Origin())
        record(ACTOR, "tokens.revoked")
        transaction.set_rollback(True)
    assert (counted(locked), counted(revoked)) == before
    security_event("login.locked", Severity.MEDIUM, Origin())
    record(ACTOR, "tokens.revoked")
    record(ACTOR, "customers.updated")
    assert (counted(locked), counted(revoked)) == (before[0] + 1, before[1] + 1)


def test_a_breaker_that_trips_counts(scrape):
    before = counted(BREAKER_TRIPS)
    nobody_there = limits.Fallback(limits.InRedis("redis://127.0.0.1:1/0"))
    for _ in range(3):
        nobody_there.run(lambda store: store.take([limits.Counter("limits:test", 1, 1000)]))
    assert counted(BREAKER_TRIPS) == before + 1 and nobody_there.failures == 1


def test_whoever_keeps_a_cache_tells_of_its_reads(scrape):
    hits, misses = (scrape("vouch_cache_reads_total", result=result) for result in ("hit", "miss"))
    cache_read(True)
    cache_read(False)
    assert scrape("vouch_cache_reads_total", result="hit") == hits + 1
    assert scrape("vouch_cache_reads_total", result="miss") == misses + 1


@pytest.mark.once
def test_a_port_of_its_own_needs_no_token_and_tells_what_other_processes_counted(migrated_sqlite, tmp_path):
    shutil.copy(migrated_sqlite, tmp_path / "vouch.sqlite3")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        **{"ENVIRONMENT": "development", "DATA_DIR": str(tmp_path), "METRICS_DIR": str(tmp_path / "metrics")},
        **{"ALLOWED_HOSTS": "testserver"},
    }
    counting = "from django.test import Client; [Client().get('/health/live') for _ in range(7)]"
    subprocess.run([sys.executable, "manage.py", "shell", "-c", counting], env=environment, check=True)
    command = [sys.executable, "-u", "manage.py", "serve_metrics", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = re.search(r"http://\S+", server.stdout.readline())[0].rstrip(".")
            with urllib.request.urlopen(address, timeout=30) as answer:
                told = answer.read().decode()
        finally:
            server.terminate()
    assert 'vouch_http_requests_total{method="GET",route="health_live",status="2xx"} 7.0' in told
    assert "vouch_deliveries_waiting" in told and "vouch_database_up 1.0" in told and server.returncode == 0
