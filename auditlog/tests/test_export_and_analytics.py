"""The trail as a file with a manifest, and in figures; each reader gets no more than the explorer shows them."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from auditlog.models import AuditEvent, Severity
from auditlog.security import security_event
from auditlog.services import build_event
from auditlog.tests.tampering import ACTOR
from crm.core.actor import Origin
from customers import services

pytestmark = pytest.mark.django_db


def archive(response: Any) -> zipfile.ZipFile:
    assert response.status_code == 200, response.content
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


@pytest.fixture
def formula(as_actor, owner) -> str:
    services.customer_create(as_actor(owner), name="=HYPERLINK(1)")
    return "=HYPERLINK(1)"


def test_the_file_and_its_manifest_agree(sign_in, superadmin, formula):
    files = archive(sign_in(superadmin).get("/audit/export/?format=csv&object_type=customer"))
    text, manifest = files.read("events.csv"), json.loads(files.read("manifest.json"))
    rows = list(csv.DictReader(io.StringIO(text.decode())))
    assert manifest["rows"] == len(rows) == 1 and manifest["sha256"] == hashlib.sha256(text).hexdigest()
    assert manifest["filter"] == {"object_type": "customer"}
    assert rows[0]["object_label"] == f"'{formula}", "a spreadsheet must not run it"


def test_json_lines_hold_the_very_values(sign_in, superadmin, formula):
    files = archive(sign_in(superadmin).get("/audit/export/?format=jsonl&object_type=customer"))
    [event] = map(json.loads, files.read("events.jsonl").splitlines())
    assert event["object_label"] == formula and event["action"] == "customers.created"


def test_an_export_is_told_in_the_trail_at_its_begin_and_its_end(sign_in, superadmin, formula):
    archive(sign_in(superadmin).get("/audit/export/?format=csv"))
    told = AuditEvent.objects.filter(action__startswith="audit.").order_by("id")
    assert [event.action for event in told] == ["audit.exported", "audit.export_finished"]
    assert json.loads(told[1].changes)["rows"][1] > 0


def test_who_may_not_export_gets_nothing(sign_in, owner, formula):
    assert sign_in(owner).get("/audit/export/").status_code == 403
    assert not AuditEvent.objects.filter(action="audit.exported").exists()


@pytest.mark.parametrize("query", ["format=xml", "nobody=1", "since=never"])
def test_a_wrong_question_is_refused_before_anything_is_written(sign_in, superadmin, query):
    assert sign_in(superadmin).get(f"/audit/export/?{query}").status_code == 400
    assert not AuditEvent.objects.filter(action="audit.exported").exists()


@pytest.fixture
def happenings(north, south):
    now = timezone.now()
    for number, team in enumerate([north, north, south]):
        event = build_event(ACTOR, "customers.updated", None, None, now - timedelta(days=number))
        event.team_id = team.pk
        event.save(force_insert=True)
    security_event("login.failed", Severity.LOW, Origin(), person_label="olive@example.com")


def test_figures_are_of_the_teams_one_may_read(api, owner, superadmin, happenings):
    body = api(superadmin).client.get("/api/v1/audit/analytics?days=7").json()
    assert body["total"] >= 3 and {"key": "customers.updated", "count": 3} in body["actions"]
    assert body["failures"] == [{"key": "olive@example.com", "count": 1}]
    assert len(body["days"]) == 7 and len(body["hours"]) == 24
    mine = api(owner).client.get("/api/v1/audit/analytics?days=7").json()
    assert mine["actions"] == [{"key": "customers.updated", "count": 2}] and mine["failures"] == []


def test_a_period_that_is_not_offered_is_refused(api, superadmin):
    assert api(superadmin).client.get("/api/v1/audit/analytics?days=8").status_code == 400


def test_the_page_shows_them(sign_in, superadmin, happenings):
    page = sign_in(superadmin).get("/audit/analytics/?days=7").content.decode()
    assert "customers.updated" in page and "olive@example.com" in page
