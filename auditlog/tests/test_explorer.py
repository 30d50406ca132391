"""The audit explorer and its API: who sees which events, filters, the trail of one record, readable changes."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from auditlog.erasing import erase
from auditlog.models import AuditEvent
from auditlog.sealing import seal_pending
from auditlog.tests.alerts import happened
from auditlog.wording import action_label, diff
from tests.query_counts import assert_baseline, counted_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(api: Any, owner: Any) -> dict:
    """Created and renamed by Olive, through the API."""
    body = api(owner).post("customers", {"name": "Acme", "status": "prospect"}).json()
    return api(owner).patch(f"customers/{body['id']}", {"name": "Acme 2", "status": "active"}).json()


def actions(body: dict) -> list[str]:
    return [event["action"] for event in body["results"]]


def test_team_and_superadmin_read_the_events_and_an_outsider_does_not(api, teammate, outsider, superadmin, acme):
    for reader in (teammate, superadmin):
        assert actions(api(reader).get("audit/events").json()) == ["customers.updated", "customers.created"]
    assert api(outsider).get("audit/events").json()["results"] == []


@pytest.mark.parametrize("address", ["/api/v1/audit/events/{pk}", "/audit/{pk}/"])
def test_an_event_of_another_team_is_not_there(sign_in, teammate, outsider, acme, address):
    path = address.format(pk=AuditEvent.objects.first().pk)
    assert sign_in(teammate).get(path).status_code == 200
    assert sign_in(outsider).get(path).status_code == 404


def test_a_role_without_the_trail_is_refused(sign_in, make_user, north, acme):
    client = sign_in(make_user("support@north.example", role="support", teams=(north,)))
    assert client.get("/audit/").status_code == 403 and client.get("/api/v1/audit/events").status_code == 403


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_door_changes_an_event(api, superadmin, acme, method):
    pk = AuditEvent.objects.first().pk
    assert getattr(api(superadmin), method)(f"audit/events/{pk}").status_code == 405
    assert getattr(api(superadmin), method)("audit/events").status_code == 405


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("action=customers.updated", 1),
        ("action=customers.deleted", 0),
        ("actor={owner}", 2),
        ("object=customer:{acme}", 2),
        ("object=contact:{acme}", 0),
        ("object_type=customer", 2),
        ("door=api", 2),
        ("door=page", 0),
        ("address=127.0.0.1", 2),
        ("address=10.0.0.1", 0),
        ("search=ACME", 2),
        ("search=nothing", 0),
        ("credential=session", 2),
        ("credential=token", 0),
        ("on_behalf_of=Web%20app", 0),
        ("person={owner}", 2),
        ("person={acme}", 0),
        ("since={today}T00:00&until={today}T23:59", 2),
        ("until={yesterday}T23:59", 0),
        ("since={today}", 2),
        ("until={yesterday}", 0),
        ("at__gte={yesterday}T00:00:00Z", 2),
    ],
)
@pytest.mark.parametrize("door", ["/audit/", "/api/v1/audit/events"])
def test_filters_in_the_url_narrow_page_and_api_alike(sign_in, owner, acme, query, count, door):
    today = timezone.localdate()
    query = query.format(owner=owner.pk, acme=acme["id"], today=today, yesterday=today - timedelta(days=1))
    answer = sign_in(owner).get(f"{door}?{query}")
    rows = answer.json()["results"] if door.startswith("/api") else answer.context["page"].rows
    assert len(rows) == count


@pytest.mark.parametrize(
    "query", ["actor=nobody", "since=yesterday", "since=0001-01-01", "until=9999-12-31", "who=me", "ordering=changes"]
)
@pytest.mark.parametrize("door", ["/audit/", "/api/v1/audit/events"])
def test_nonsense_is_refused(sign_in, owner, query, door):
    assert sign_in(owner).get(f"{door}?{query}").status_code == 400


def test_the_trail_of_one_record_names_it(sign_in, owner, acme):
    assert "Trail of Acme 2" in sign_in(owner).get(f"/audit/?object=customer:{acme['id']}").content.decode()


def test_the_trail_of_a_person_is_by_and_about_them(sign_in, superadmin, owner, acme):
    client = sign_in(superadmin)
    client.post(f"/settings/people/{owner.pk}/deactivate/", {"what": "leave"})
    page = client.get(f"/audit/?person={owner.pk}")
    assert "Trail of Olive Owner" in page.content.decode()
    told = {(row.actor_label, row.action) for row in page.context["page"].rows}
    assert {("Olive Owner", "customers.created"), ("Sue Super", "users.updated")} <= told


def test_an_outsider_does_not_learn_the_name_of_a_record(sign_in, outsider, acme):
    assert "Acme" not in sign_in(outsider).get(f"/audit/?object=customer:{acme['id']}").content.decode()


def test_the_event_page_tells_before_and_after_in_words(sign_in, owner, acme):
    event = AuditEvent.objects.get(action="customers.updated")
    page = sign_in(owner).get(f"/audit/{event.pk}/").content.decode()
    assert "<del>Prospect</del>" in page and "<ins>Active</ins>" in page and "<ins>Acme 2</ins>" in page


def test_linked_records_are_told_by_name_to_who_may_see_them(as_actor, owner, outsider, north, acme):
    event = AuditEvent.objects.get(action="customers.created")
    told = {field: after for field, _before, after in diff(event, as_actor(owner))}
    assert (told["Team"], told["Owner"]) == ("North", "Olive Owner")
    kept = {field: after for field, _before, after in diff(event, as_actor(outsider))}
    assert kept["Owner"] == str(owner.pk)


def test_a_search_by_htmx_gets_the_rows_alone(sign_in, owner, acme):
    page = sign_in(owner).get("/audit/", headers={"HX-Request": "true"}).content.decode()
    assert "Acme 2" in page and "<html" not in page


def test_pages_go_on_by_cursor(api, owner, north):
    now = timezone.now()
    AuditEvent.objects.bulk_create(
        AuditEvent(action="customers.updated", actor_label="x", team_id=north.pk, at=now - timedelta(seconds=at))
        for at in range(25)
    )
    session, seen, address = api(owner), [], "/api/v1/audit/events?page_size=10"
    while address:
        body = session.client.get(address).json()
        seen += [event["id"] for event in body["results"]]
        address = body["next"]
    assert len(seen) == len(set(seen)) == 25


def test_the_number_of_queries_does_not_grow_with_the_rows(sign_in, owner, north, acme):
    client = sign_in(owner)
    for _round in range(2):
        with counted_queries() as queries:
            client.get("/audit/")
        assert_baseline("audit_explorer", queries.count)
        AuditEvent.objects.bulk_create(
            AuditEvent(action="customers.updated", actor_label="x", team_id=north.pk) for _ in range(30)
        )


def test_an_erased_name_still_reads_as_a_link(sign_in, as_actor, superadmin, acme):
    seal_pending()
    erase(as_actor(superadmin), AuditEvent.objects.filter(object_type="customer").values_list("pk", flat=True), "asked")
    told = sign_in(superadmin).get("/audit/?action=customers.created").text
    assert f'<a href="/customers/{acme["id"]}/">Erased person</a>' in told


@pytest.mark.parametrize(
    ("action", "label"),
    [
        ("api_keys.rotated", "API key rotated"),
        ("sso_connections.secret_changed", "SSO connection secret changed"),
        ("roles.updated", "Role updated"),
        ("users.signed_out_everywhere", "User signed out everywhere"),
        ("audit.exported", "audit exported"),
        ("noword", "noword"),
    ],
)
def test_an_action_has_words(action, label):
    assert action_label(action) == label


def test_the_rule_behind_an_alert_is_named_in_words(sign_in, superadmin, owner):
    happened("token.reused", owner, client="Tool")
    event = AuditEvent.objects.get(action="alerts.raised")
    page = sign_in(superadmin).get(f"/audit/{event.pk}/").content.decode()
    assert "Copied token or code" in page and "token_reuse" not in page and "Alert raised" in page
