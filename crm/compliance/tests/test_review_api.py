"""Access reviews for programs."""

import csv
import io

import pytest
from pypdf import PdfReader

from auditlog.models import AuditEvent
from crm.compliance.models import AccessReview

pytestmark = pytest.mark.django_db


def test_start_read_decide_and_complete(admin, auditor, owner, north, due, granted, api):
    first, second = api(admin), api(auditor)
    sent = {"name": "Summer", "scope": "team", "team": str(north.pk), "due_on": str(due)}
    made = first.post("compliance/reviews", {**sent, "reviewers": [str(admin.pk), str(auditor.pk)]})
    assert made.status_code == 201, made.json()
    base = f"compliance/reviews/{made.json()['id']}"
    items = first.get(f"{base}/items", {"page_size": 200, "count": "true"}).json()
    assert items["count"] == len(items["results"])
    ids = [item["id"] for item in items["results"]]
    answer = first.post(f"{base}/decide", {"items": ids, "decision": "keep"}).json()
    assert {one["code"] for one in answer["refused"]} == {"own_access"}
    left = [one["item"] for one in answer["refused"]]
    assert second.post(f"{base}/decide", {"items": left, "decision": "keep"}).json()["refused"] == []
    done = first.post(f"{base}/complete", {"sign_off": "Looked at each."})
    assert (done.status_code, done.json()["state"]) == (200, "complete")


def test_a_revoke_through_the_api_is_real(review, item_of, admin, owner, api):
    sent = {"items": [str(item_of(owner, "role").pk)], "decision": "revoke", "comment": "Moved."}
    answer = api(admin).post(f"compliance/reviews/{review.pk}/decide", {**sent, "replacement": "read_only"})
    owner.refresh_from_db()
    assert answer.json()["decided"][0]["outcome"] == "Role is now Read only."
    assert owner.role.name == "read_only"


def test_a_keep_is_taken_back(review, item_of, admin, owner, api):
    item = item_of(owner, "role")
    client = api(admin)
    client.post(f"compliance/reviews/{review.pk}/decide", {"items": [str(item.pk)], "decision": "keep"})
    answer = client.post(f"compliance/reviews/{review.pk}/items/{item.pk}/reopen")
    assert (answer.status_code, answer.json()["decision"]) == (200, "")


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("get", "compliance/reviews", None),
        ("post", "compliance/reviews", {}),
        ("get", "compliance/reviews/{review}", None),
        ("get", "compliance/reviews/{review}/items", None),
        ("post", "compliance/reviews/{review}/decide", {"items": [], "decision": "keep"}),
        ("post", "compliance/reviews/{review}/complete", {"sign_off": "x"}),
        ("get", "compliance/reviews/{review}/pdf", None),
        ("get", "compliance/reviews/{review}/csv", None),
        ("get", "compliance/reports", None),
        ("get", "compliance/reports/key-ages/csv", None),
        ("get", "compliance/processing-activities", None),
        ("post", "compliance/processing-activities", {}),
    ],
)
def test_owner_teammate_and_outsider_get_none_of_it(review, owner, teammate, outsider, api, method, address, body):
    for person in (owner, teammate, outsider):
        answer = getattr(api(person), method)(address.format(review=review.pk), body)
        assert answer.status_code == 403


def test_a_stale_change_overwrites_nothing(review, admin, api):
    answer = api(admin).patch(f"compliance/reviews/{review.pk}", {"name": "Other"}, **{"If-Match": '"99"'})
    assert answer.status_code == 412
    assert AccessReview.objects.get().name == "North, spring"


def test_scope_and_snapshot_cannot_be_changed(review, admin, api):
    answer = api(admin).patch(f"compliance/reviews/{review.pk}", {"scope": "everybody"})
    assert answer.status_code == 422 and answer.json()["error"]["details"][0]["code"] == "unknown_field"


def test_the_csv_has_every_item_and_is_in_the_trail(review, auditor, api):
    answer = api(auditor).get(f"compliance/reviews/{review.pk}/csv")
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == review.items.count()
    assert {"Olive Owner", "Tom Teammate"} <= {row["person"] for row in rows}
    told = AuditEvent.objects.get(action="compliance.exported")
    assert (told.object_id, told.actor_label) == (str(review.pk), "Audrey Auditor")
    assert f'"rows":[null,{len(rows)}]' in AuditEvent.objects.get(action="compliance.export_finished").changes


def test_the_pdf_has_every_item_and_numbers_its_pages(review, auditor, api):
    pages = PdfReader(io.BytesIO(api(auditor).get(f"compliance/reviews/{review.pk}/pdf").content)).pages
    text = "".join(page.extract_text() for page in pages)
    words = {word for item in review.items.all() for word in f"{item.person_label} {item.label}".split()}
    assert len(words) > 10 and {word for word in words if word not in text} == set()
    for number, page in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in page.extract_text()
