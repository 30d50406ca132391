"""Reports: as JSON, page, CSV and PDF; over a period; from the trail by named actions alone."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from accounts.actors import actor_for
from accounts.administration import role_update, user_update
from accounts.models import Role, User
from accounts.signin.events import signed_in
from auditlog.models import AuditEvent
from crm.compliance.reports import REPORTS

pytestmark = pytest.mark.django_db
NAMES = sorted(REPORTS)


def rows_of(client, name, **params):
    answer = client.get(f"compliance/reports/{name}", params)
    assert answer.status_code == 200, answer.content
    return answer.json()["rows"]


def csv_of(client, name):
    answer = client.get(f"compliance/reports/{name}/csv")
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_list_says_what_there_is(auditor, api):
    listed = {one["name"]: one for one in api(auditor).get("compliance/reports").json()["results"]}
    assert {"soc2-access-review", "permission-changes", "gdpr-record"} <= set(listed) == set(REPORTS)
    assert [one["name"] for one in listed["permission-changes"]["parameters"]] == ["since", "until"]
    assert listed["key-ages"]["parameters"] == []


@pytest.mark.parametrize("name", NAMES)
def test_each_report_is_json_page_csv_and_pdf(name, auditor, granted, api, sign_in):
    client = api(auditor)
    shown = client.get(f"compliance/reports/{name}").json()
    columns = [column["name"] for column in shown["columns"]]
    assert all(list(row) == columns for row in shown["rows"])
    answer = client.get(f"compliance/reports/{name}/csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(answer.streaming_content).decode().splitlines()[0].split(",") == columns
    pdf = client.get(f"compliance/reports/{name}/pdf")
    pages = PdfReader(io.BytesIO(pdf.content)).pages
    assert all(f"{n} / {len(pages)}" in page.extract_text() for n, page in enumerate(pages, start=1))
    assert str(REPORTS[name].title) in pages[0].extract_text()
    page = sign_in(auditor).get(f"/compliance/reports/{name}/")
    assert page.status_code == 200 and str(REPORTS[name].title) in page.content.decode()


def test_an_access_review_says_what_everybody_has(auditor, owner, granted, api):
    found = [row for row in rows_of(api(auditor), "soc2-access-review") if row["person"] == "Olive Owner"]
    assert {(row["kind"], row["what"]) for row in found} == {
        ("Role", "Sales manager"),
        ("Team", "North"),
        ("API key", "Nightly export"),
        ("Application", "Mail plug-in"),
    }
    assert {row["granted_by"] for row in found if row["kind"] == "Role"} == {"Sue Super"}


def test_permission_changes_tell_before_and_after(superadmin, auditor, owner, api):
    user_update(actor_for(superadmin), owner.pk, role=Role.objects.get(name="support"))
    role_update(actor_for(superadmin), Role.objects.get(name="support").pk, label="Help desk")
    found = rows_of(api(auditor), "permission-changes")
    assert [(row["by"], row["action"]) for row in found] == [
        ("Sue Super", "users.updated"),
        ("Sue Super", "roles.updated"),
    ]
    assert (found[1]["before"], found[1]["after"]) == ("label: Support", "label: Help desk")
    totals = api(auditor).get("compliance/reports/permission-changes").json()["totals"]
    assert {"name": "roles.updated", "value": 1} in totals


def test_people_read_words_and_programs_names(superadmin, auditor, owner, api, sign_in):
    user_update(actor_for(superadmin), owner.pk, role=Role.objects.get(name="support"))
    page = sign_in(auditor).get("/compliance/reports/permission-changes/").content.decode()
    assert "<span>User updated<br><small" in page and "users.updated</small>" in page
    assert page.index("User updated") < page.index("users.updated"), "in the figures, too"
    answer = api(auditor).get("compliance/reports/permission-changes/pdf")
    paper = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "User updated" in paper and "users.updated" not in paper
    assert csv_of(api(auditor), "permission-changes")[0]["action"] == "users.updated"


def test_only_the_days_asked_for(superadmin, auditor, owner, api):
    user_update(actor_for(superadmin), owner.pk, role=Role.objects.get(name="support"))
    today = timezone.localdate()
    day = {"since": str(today), "until": str(today)}
    assert rows_of(api(auditor), "permission-changes", **day)
    yesterday = str(today - timedelta(days=1))
    assert rows_of(api(auditor), "permission-changes", since=yesterday, until=yesterday) == []


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("permission-changes", {"since": "tomorrow"}),
        ("permission-changes", {"since": "2026-02-30"}),
        ("permission-changes", {"since": "2026-02-02", "until": "2026-02-01"}),
        ("permission-changes", {"since": "2001-01-01", "until": "2026-02-01"}),
        ("permission-changes", {"format": "pdf"}),
        ("key-ages", {"since": "2026-02-02"}),
    ],
)
def test_what_is_no_period_is_refused(auditor, api, name, params):
    for address in (name, f"{name}/csv", f"{name}/pdf"):
        assert api(auditor).get(f"compliance/reports/{address}", params).status_code == 400


def test_there_is_no_report_of_another_name(auditor, api, sign_in):
    assert api(auditor).get("compliance/reports/secrets").status_code == 404
    assert sign_in(auditor).get("/compliance/reports/secrets/").status_code == 404
    assert sign_in(auditor).get("/compliance/reports/key-ages/docx/").status_code == 404


def test_sign_ins_are_counted_by_day(auditor, owner, teammate, api):
    signed_in(actor_for(owner), owner)
    signed_in(actor_for(teammate), teammate)
    found = rows_of(api(auditor), "sign-ins")
    assert found == [{"day": str(timezone.localdate()), "sign_ins": 2, "failures": 0, "lock_outs": 0}]


def test_an_account_nobody_uses_is_dormant(auditor, owner, teammate, api):
    long_ago = timezone.now() - timedelta(days=91)
    User.objects.filter(pk__in=(owner.pk, teammate.pk)).update(created_at=long_ago, last_login=long_ago)
    User.objects.filter(pk=teammate.pk).update(last_login=timezone.now() - timedelta(days=89))
    assert [row["person"] for row in rows_of(api(auditor), "dormant-accounts")] == ["Olive Owner"]


def test_a_key_that_works_keeps_its_account_awake(auditor, owner, granted, api):
    long_ago = timezone.now() - timedelta(days=91)
    User.objects.filter(pk=owner.pk).update(created_at=long_ago, last_login=long_ago)
    owner.token_families.update(last_used_at=long_ago)
    assert len(rows_of(api(auditor), "dormant-accounts")) == 1
    owner.api_keys.update(last_used_at=timezone.now())
    assert rows_of(api(auditor), "dormant-accounts") == []


def test_keys_by_age(auditor, owner, granted, api):
    owner.api_keys.update(created_at=timezone.now() - timedelta(days=40))
    (found,) = rows_of(api(auditor), "key-ages")
    assert (found["name"], found["age_days"]) == ("Nightly export", 40)


def test_every_file_is_in_the_trail_with_its_digest_and_in_the_next_report(auditor, owner, api):
    client = api(auditor)
    client.get("compliance/reports/key-ages/pdf")
    csv_of(client, "key-ages")
    actions = list(AuditEvent.objects.filter(action__startswith="compliance.").order_by("at").values_list("action"))
    assert actions == [("compliance.exported",), ("compliance.export_finished",)] * 2
    assert [row["action"] for row in rows_of(client, "data-exports")].count("compliance.exported") == 2


def test_a_name_that_is_a_formula_does_not_run_in_a_spreadsheet(auditor, owner, api):
    User.objects.filter(pk=owner.pk).update(full_name="=HYPERLINK(1)")
    names = {row["person"] for row in csv_of(api(auditor), "soc2-access-review")}
    assert "'=HYPERLINK(1)" in names and "=HYPERLINK(1)" not in names


def test_who_may_read_but_not_export_gets_no_file(make_user, north, api, sign_in):
    Role.objects.create(name="reader", label="Reader", grants={"compliance:read": "all"})
    reader = make_user("reader@north.example", "reader", (north,))
    assert api(reader).get("compliance/reports/key-ages").status_code == 200
    for address in ("pdf", "csv"):
        assert api(reader).get(f"compliance/reports/key-ages/{address}").status_code == 403
        assert sign_in(reader).get(f"/compliance/reports/key-ages/{address}/").status_code == 403


def test_a_reach_over_a_team_reports_on_its_members_alone(make_user, superadmin, owner, outsider, north, api):
    Role.objects.create(name="lead", label="Lead", grants={"compliance:read": "team"})
    lead = make_user("lead@north.example", "lead", (north,))
    for person in (owner, outsider):
        user_update(actor_for(superadmin), person.pk, role=Role.objects.get(name="support"))
    people = {row["person"] for row in rows_of(api(lead), "soc2-access-review")}
    assert "Olive Owner" in people and "Oscar Outsider" not in people
    subjects = {row["subject"] for row in rows_of(api(lead), "permission-changes")}
    assert subjects == {"user Olive Owner"}
