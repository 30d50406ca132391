"""`/api/v1/notifications`: the list, the count, what is done with one, and preferences."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.apikeys.services import api_key_create
from auditlog.models import AuditEvent
from crm.notices.models import MOST_COUNTED, Notification
from tests.query_counts import assert_baseline, counted_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(tell, teammate):
    return tell(teammate)


def test_the_list_has_ones_own_the_newest_first(api, tell, teammate, owner, superadmin):
    for number in range(3):
        tell(teammate, slot=str(number), title=f"Line {number}")
    shown = api(teammate).get("notifications").json()["results"]
    assert [one["title"] for one in shown] == ["Line 2", "Line 1", "Line 0"]
    assert shown[0]["subject_type"] == "customer" and shown[0]["snoozed_until"] is None
    for other in (owner, superadmin):
        assert api(other).get("notifications").json()["results"] == []
        assert api(other).get(f"notifications/{shown[0]['id']}").status_code == 404


def test_one_is_read_put_off_and_counted(api, notice, teammate, owner):
    client = api(teammate)
    assert client.get("notifications/unread-count").json() == {"unread": 1, "count_is_estimate": False}
    tag = client.get(f"notifications/{notice.pk}")["ETag"]
    assert client.post(f"notifications/{notice.pk}/read").json()["read_at"]
    assert client.get(f"notifications/{notice.pk}", **{"If-None-Match": tag}).status_code == 200
    assert client.get("notifications/unread-count").json()["unread"] == 0
    assert client.get("notifications?state=unread").json()["results"] == []
    assert client.post(f"notifications/{notice.pk}/unread").json()["read_at"] is None
    put_off = client.post(f"notifications/{notice.pk}/snooze", {"until": "hour"}).json()
    assert put_off["snoozed_until"] and client.get("notifications").json()["results"] == []
    assert len(client.get("notifications?state=snoozed").json()["results"]) == 1
    assert client.post(f"notifications/{notice.pk}/snooze", {"until": "never"}).status_code in (400, 422)
    assert api(owner).post(f"notifications/{notice.pk}/read").status_code == 404


def test_all_are_read_or_those_of_a_kind(api, tell, teammate):
    tell(teammate)
    tell(teammate, kind="mention")
    client = api(teammate)
    assert client.post("notifications/read-all", {"kind": "mention"}).json() == {"read": 1}
    assert client.post("notifications/read-all", {}).json() == {"read": 1}
    assert client.post("notifications/read-all", {"kind": "nothing"}).status_code in (400, 422)


def test_preferences_are_shown_whole_and_changed_in_part(api, teammate, owner):
    client = api(teammate)
    before = client.get("notifications/preferences").json()
    assert before["kinds"]["mention"] == {"in_page": True, "mail": "now"} and before["digest_hour"] == 8
    change = {"kinds": {"mention": {"mail": "none"}}, "quiet_from": "22:00", "quiet_until": "07:00:00"}
    after = client.put("notifications/preferences", change).json()
    assert after["kinds"] == {**before["kinds"], "mention": {"in_page": True, "mail": "none"}}
    assert (after["quiet_from"], after["quiet_until"]) == ("22:00:00", "07:00:00")
    assert api(owner).get("notifications/preferences").json() == before
    event = AuditEvent.objects.get(action="notifications.preferences_changed")
    assert event.actor_id == teammate.pk and "mention" in event.changes
    client.put("notifications/preferences", change)
    assert AuditEvent.objects.filter(action="notifications.preferences_changed").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"kinds": {"pigeons": {"mail": "now"}}},
        {"kinds": {"scheduled_export": {"mail": "now"}}},
        {"kinds": {"mention": {"loud": True}}},
        {"quiet_from": "22:00"},
        {"quiet_from": "22:00", "quiet_until": "22:00"},
        {"digest_hour": 24},
        {"unknown": 1},
    ],
    ids=str,
)
def test_nonsense_is_refused(api, teammate, change):
    answer = api(teammate).put("notifications/preferences", change)
    assert answer.status_code in (400, 422) and answer.json()["error"]["details"]


def test_a_key_reads_with_its_scope_and_marks_nothing_without(client, as_actor, teammate, notice, north):
    asked = {"name": "Reader", "scopes": ["notifications:read"], "team": north}
    secret = api_key_create(as_actor(teammate), user=teammate, **asked)[1]
    headers = {"X-API-Key": secret}
    assert len(client.get("/api/v1/notifications", headers=headers).json()["results"]) == 1
    assert client.post(f"/api/v1/notifications/{notice.pk}/read", headers=headers).status_code == 403
    assert client.put("/api/v1/notifications/preferences", {}, headers=headers).status_code == 403


def test_a_hundred_cost_as_many_statements_as_five(api, tell, teammate):
    client, counts = api(teammate), []
    for start, rows in ((0, 5), (5, 45)):
        for number in range(start, start + rows):
            tell(teammate, slot=str(number))
        with counted_queries() as queries:
            assert client.get("notifications").status_code == 200
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 7
    assert_baseline("api_notifications_list", counts[1])


@pytest.mark.postgres
def test_the_count_reads_the_index_of_what_is_unread_however_much_there_is(teammate, owner):
    """100,000 rows of one person, 30 of them unread, and 100,000 unread ones of another."""
    if connection.vendor != "postgresql":
        pytest.skip("the plan of PostgreSQL")
    now = timezone.now()
    with connection.cursor() as cursor:
        for person, read in ((teammate, f"'{now.isoformat()}'"), (owner, "NULL")):
            cursor.execute(
                "INSERT INTO notices_notification (id, recipient_id, kind, title, text, by_label, link, subject_type,"
                " about, slot, count, in_page, mail, created_at, shown_at, read_at)"
                " SELECT gen_random_uuid(), %s, 'assignment', 'Line', '', '', '', '', 'n' || n, '', 1, true, 'none',"
                f" now() - n * interval '1 minute', now() - n * interval '1 minute', {read}"
                " FROM generate_series(1, 100000) n",
                [person.pk],
            )
        Notification.objects.filter(recipient=teammate, about__in=[f"n{n}" for n in range(1, 31)]).update(read_at=None)
        cursor.execute("ANALYZE notices_notification")
    for person, count in ((teammate, 30), (owner, MOST_COUNTED)):
        rows = Notification.objects.filter(recipient=person, in_page=True).unread().shown(timezone.now())
        with CaptureQueriesContext(connection) as asked:
            assert rows.count_up_to() == count
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {asked[0]['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Scan using notice_unread" in plan, plan
        assert "Seq Scan" not in plan
    page = Notification.objects.filter(recipient=owner, in_page=True).shown(timezone.now())
    assert "notice_listed" in page.order_by("-shown_at", "-id")[:51].explain()
