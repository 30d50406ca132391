"""Alerts in hand: who sees which, acknowledging, closing, commenting, and acts that end what is going on."""

import json
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override
from django.utils.translation.trans_real import translation

from accounts.models import ApiKey, Session
from accounts.tests.api_keys import make_key
from auditlog.alerts.explaining import SENTENCES, explanation, reason_of
from auditlog.alerts.words import KINDS
from auditlog.models import Alert, AlertEntry, AuditEvent, SecurityEvent, Severity
from auditlog.tests.alerts import fired, happened, rule
from crm.outbox.models import Delivery
from tests.query_counts import assert_baseline, counted_queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_cache")]


@pytest.fixture
def admin(make_user, north):
    """security:write in the team, users:manage and apikeys:manage everywhere."""
    return make_user("admin@north.example", "admin", (north,), full_name="Ada Admin")


@pytest.fixture
def admin_elsewhere(make_user, south):
    return make_user("admin@south.example", "admin", (south,))


@pytest.fixture
def auditor(make_user, north):
    return make_user("auditor@north.example", "auditor", (north,))


@pytest.fixture
def alert(owner) -> Alert:
    happened("token.reused", owner, severity=Severity.HIGH, client="Tool")
    return fired("token_reuse")[0]


@pytest.fixture
def key_alert(owner) -> Alert:
    key, _secret = make_key(owner)
    happened("key.refused_address", owner, severity=Severity.HIGH, key=str(key.pk), name=key.name)
    return fired("key_refused_address")[0]


PAGES = ("/security/", "/security/alerts/", "/security/events/", "/security/rules/")


def test_who_may_not_read_security_sees_no_page_and_no_entry(sign_in, owner, alert):
    client = sign_in(owner)
    assert {client.get(path).status_code for path in PAGES} == {403}
    assert b"/security/" not in client.get("/customers/").content
    assert client.get("/api/v1/security/alerts").status_code == 403


def test_alerts_are_seen_as_far_as_security_reaches(api, admin, admin_elsewhere, auditor, superadmin, alert):
    for person, seen in ((admin, 1), (auditor, 1), (superadmin, 1), (admin_elsewhere, 0)):
        assert len(api(person).get("security/alerts").json()["results"]) == seen
        assert len(api(person).get("security/events").json()["results"]) == seen
        assert api(person).get(f"security/alerts/{alert.pk}").status_code == (200 if seen else 404)


def test_every_page_shows_what_there_is(sign_in, superadmin, alert, key_alert):
    client = sign_in(superadmin)
    for path in (*PAGES, f"/security/alerts/{alert.pk}/", f"/security/alerts/{key_alert.pk}/"):
        assert client.get(path).status_code == 200, path
    text = client.get(f"/security/alerts/{alert.pk}/").content.decode()
    assert "used a second time" in text and "End all sessions" in text and "Revoke the key" not in text
    assert "Revoke the key" in client.get(f"/security/alerts/{key_alert.pk}/").content.decode()
    event = alert.evidence.get().event_id
    assert "Copied token or code" in client.get(f"/security/events/{event}/").content.decode()
    assert "Copied token or code" in client.get("/").content.decode()


def test_the_navigation_counts_open_alerts_of_those_one_sees(sign_in, superadmin, admin_elsewhere, alert):
    assert 'nav-badge" aria-hidden="true">1<' in sign_in(superadmin).get("/security/").content.decode()
    assert "nav-badge" not in sign_in(admin_elsewhere).get("/security/").content.decode()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("kind=token.reused", 1),
        ("kind=login.failed", 0),
        ("severity=high", 1),
        ("severity=low", 0),
        ("person={owner}", 1),
        ("address=198.51.100.7", 1),
        ("address=192.0.2.1", 0),
        ("at__gte=2020-01-01T00:00:00Z&at__lt=2999-01-01T00:00:00Z", 1),
        ("since=2999-01-01", 0),
        ("ordering=at", 1),
    ],
)
def test_events_are_narrowed_and_what_nobody_knows_is_refused(api, superadmin, owner, alert, query, count):
    path = f"security/events?{query.format(owner=owner.pk)}"
    assert len(api(superadmin).get(path).json()["results"]) == count
    assert api(superadmin).get("security/events?colour=red").status_code == 400


def test_events_cannot_be_written_through_the_api(api, superadmin, alert):
    event = alert.evidence.get().event_id
    for method in ("post", "put", "patch", "delete"):
        assert getattr(api(superadmin), method)(f"security/events/{event}").status_code == 405


def test_an_alert_goes_from_open_to_acknowledged_to_closed_and_tells_who_did_what(api, admin, alert):
    tools = api(admin)
    shown = tools.post(f"security/alerts/{alert.pk}/acknowledge", {"comment": "Looking."}).json()
    assert shown["state"] == "acknowledged"
    tools.post(f"security/alerts/{alert.pk}/comment", {"comment": "It was a restored backup."})
    closed = tools.post(f"security/alerts/{alert.pk}/close", {"resolution": "expected"}).json()
    assert (closed["state"], closed["resolution"]) == ("closed", "expected") and closed["closed_at"]
    said = [(entry["what"], entry["actor_label"], entry["body"]) for entry in closed["entries"]]
    assert said == [
        ("acknowledged", "Ada Admin", "Looking."),
        ("commented", "Ada Admin", "It was a restored backup."),
        ("closed", "Ada Admin", ""),
    ]
    actions = AuditEvent.objects.filter(object_id=str(alert.pk), actor_id=admin.pk).order_by("at", "id")
    assert list(actions.values_list("action", flat=True)) == [
        "alerts.acknowledged",
        "alerts.commented",
        "alerts.closed",
    ]
    again = tools.post(f"security/alerts/{alert.pk}/close", {"resolution": "expected"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "alert_closed")


@pytest.mark.parametrize(
    ("path", "body"),
    [("close", {}), ("close", {"resolution": "whatever"}), ("comment", {"comment": " "}), ("act", {"action": "dance"})],
)
def test_what_makes_no_sense_is_refused(api, admin, alert, path, body):
    assert api(admin).post(f"security/alerts/{alert.pk}/{path}", body).status_code == 422
    assert not AlertEntry.objects.exists()


def test_what_fired_again_meanwhile_is_not_closed_unseen(api, sign_in, admin, owner, alert):
    seen = alert.version
    happened("token.reused", owner, severity=Severity.HIGH, client="Tool")
    body = {"resolution": "handled"}
    assert api(admin).post(f"security/alerts/{alert.pk}/close", body, **{"If-Match": f'"{seen}"'}).status_code == 412
    page = sign_in(admin).post(f"/security/alerts/{alert.pk}/close/", {**body, "version": seen})
    assert page.status_code == 412 and fired()[0].state == "open"


DOINGS = (
    ("acknowledge", {}),
    ("close", {"resolution": "handled"}),
    ("comment", {"comment": "x"}),
    ("act", {"action": "end_sessions"}),
)


def test_who_only_reads_or_is_elsewhere_changes_nothing(api, owner, auditor, admin_elsewhere, alert):
    for person, status in ((owner, 403), (auditor, 403), (admin_elsewhere, 404)):
        answers = {api(person).post(f"security/alerts/{alert.pk}/{path}", body).status_code for path, body in DOINGS}
        assert answers == {status}
    alert.refresh_from_db()
    assert (alert.state, alert.version) == ("open", 2) and not AlertEntry.objects.exists()


def test_to_see_everything_and_write_for_the_team_is_to_write_for_the_team(api, make_user, south, auditor, alert):
    role = auditor.role
    role.grants = {**role.grants, "security:write": "team", "users:manage": "all"}
    role.save()
    person = make_user("both@south.example", "auditor", (south,))
    answer = api(person).post(f"security/alerts/{alert.pk}/acknowledge", {})
    assert answer.status_code == 403 and fired()[0].state == "open"


# Acts


def act(client: Any, alert: Alert, name: str) -> Any:
    return client.post(f"/security/alerts/{alert.pk}/act/{name}/")


def test_ending_the_sessions_of_the_person_acts_on_their_next_click(sign_in, admin, owner, alert):
    theirs = sign_in(owner)
    mine = sign_in(admin)
    assert "signed out everywhere" in mine.get(f"/security/alerts/{alert.pk}/act/end_sessions/").content.decode()
    assert Session.objects.filter(user=owner).exists()
    assert act(mine, alert, "end_sessions").status_code == 302
    assert theirs.get("/customers/").status_code == 302
    alert.refresh_from_db()
    assert alert.state == "acknowledged" and alert.entries.get(what="end_sessions").body.startswith(
        "1 session of Olive"
    )
    event = AuditEvent.objects.get(action="alerts.acted_on")
    assert event.object_id == str(alert.pk) and "end_sessions" in event.changes and event.actor_id == admin.pk


def test_revoking_credentials_ends_keys_and_locking_ends_everything(sign_in, admin, owner, alert):
    make_key(owner)
    client = sign_in(admin)
    act(client, alert, "revoke_credentials")
    assert not ApiKey.objects.filter(revoked_at__isnull=True).exists()
    owner.refresh_from_db()
    assert owner.is_active
    act(client, alert, "lock_person")
    owner.refresh_from_db()
    assert not owner.is_active


def test_revoking_the_key_ends_that_key_alone(sign_in, admin, owner, key_alert):
    make_key(owner, name="Another")
    assert act(sign_in(admin), key_alert, "revoke_key").status_code == 302
    assert list(ApiKey.objects.filter(revoked_at__isnull=True).values_list("name", flat=True)) == ["Another"]


def test_the_last_superadmin_is_not_locked_out_by_an_alert(sign_in, superadmin):
    happened("token.reused", superadmin, severity=Severity.HIGH)
    (alert,) = fired("token_reuse")
    client = sign_in(superadmin)
    page = client.post(f"/security/alerts/{alert.pk}/act/lock_person/", follow=True)
    assert "Somebody must stay super administrator." in page.content.decode()
    superadmin.refresh_from_db()
    alert.refresh_from_db()
    assert superadmin.is_active and alert.state == "open" and not alert.entries.exists()


def test_an_act_takes_the_right_it_takes_elsewhere(sign_in, api, admin, owner, alert):
    role = admin.role
    role.grants = {name: reach for name, reach in role.grants.items() if name not in ("users:manage", "users:write")}
    role.save()
    client = sign_in(admin)
    assert "End all sessions" not in client.get(f"/security/alerts/{alert.pk}/").content.decode()
    assert client.get(f"/security/alerts/{alert.pk}/act/end_sessions/").status_code == 404
    assert act(client, alert, "end_sessions").status_code == 403
    assert act(client, alert, "lock_person").status_code == 403
    owner.refresh_from_db()
    assert owner.is_active and not AuditEvent.objects.filter(action="alerts.acted_on").exists()


def test_an_act_asks_for_the_password_again_and_takes_no_token(sign_in_long_ago, admin, owner, alert):
    client = sign_in_long_ago(admin)
    for answer in (client.get(f"/security/alerts/{alert.pk}/act/lock_person/"), act(client, alert, "lock_person")):
        assert answer.status_code == 302 and "reauthenticate" in answer.url
    path = f"/api/v1/security/alerts/{alert.pk}/act"
    refused = client.post(path, json.dumps({"action": "lock_person"}), content_type="application/json")
    assert refused.json()["error"]["code"] == "reauthentication_required"
    _key, secret = make_key(admin, "security:read", "security:write", "users:write")
    keyed = client.post(
        path,
        json.dumps({"action": "lock_person"}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert keyed.json()["error"]["code"] == "session_required"
    owner.refresh_from_db()
    assert owner.is_active


def test_the_api_says_what_was_done(api, admin, alert):
    answer = api(admin).post(f"security/alerts/{alert.pk}/act", {"action": "end_sessions"})
    assert answer.json() == {"done": "0 sessions of Olive Owner ended."}


# Telling


def test_an_alert_is_mailed_once_to_those_who_can_act_and_to_nobody_else(
    superadmin, admin, admin_elsewhere, auditor, teammate, owner, alert
):
    happened("token.reused", owner, severity=Severity.HIGH, client="Tool")
    sent = Delivery.objects.filter(key__startswith=f"alert:{alert.pk}")
    assert set(sent.values_list("recipient", flat=True)) == {superadmin.email, admin.email}
    assert sent.count() == Delivery.objects.count() and sent.first().subject == "Vouch: Copied token or code"
    alert.refresh_from_db()
    assert alert.told_at is not None and alert.count == 2


def test_a_deactivated_guard_is_not_told(superadmin, admin, alert):
    Delivery.objects.all().delete()
    type(admin).objects.filter(pk=admin.pk).update(is_active=False)
    happened("honeypot.key_used", severity=Severity.HIGH)
    assert [one.recipient for one in Delivery.objects.all()] == [superadmin.email], "and no team hears of strangers"


def test_what_is_not_loud_enough_is_not_mailed_until_it_is(superadmin, owner):
    happened("role.widened")
    assert not Delivery.objects.exists()
    happened("role.widened", severity=Severity.HIGH)
    assert Delivery.objects.count() == 1 and fired()[0].count == 2
    rule("token_reuse", mail_from="never")
    happened("token.reused", owner, severity=Severity.CRITICAL)
    assert Delivery.objects.count() == 1


# Rules


@pytest.mark.parametrize("page", ["centre", "alerts", "events", "alerts_detail"])
def test_the_pages_cost_the_same_however_much_there_is(sign_in, superadmin, owner, alert, page):
    path = reverse(f"security:{page}", args=[alert.pk] if page == "alerts_detail" else [])
    client = sign_in(superadmin)
    for number in range(3):
        happened("token.reused", owner, severity=Severity.HIGH)
        happened("honeypot.hit", address=f"192.0.2.{number}")
    client.get(path)
    with counted_queries() as queries:
        assert client.get(path).status_code == 200
    assert_baseline(f"security_{page}", queries.count)


def test_a_rule_is_changed_by_who_manages_security_and_the_trail_tells(api, sign_in, superadmin, auditor, owner):
    one = rule("failures_of_person")
    assert api(auditor).patch(f"security/rules/{one.pk}", {"threshold": 1}).status_code == 403
    assert api(owner).get("security/rules").status_code == 403
    shown = api(superadmin).patch(f"security/rules/{one.pk}", {"threshold": 3, "mail_from": "never"}).json()
    assert (shown["threshold"], shown["mail_from"], shown["name"]) == (3, "never", "failures_of_person")
    event = AuditEvent.objects.get(action="anomaly_rules.updated")
    assert '"threshold":[5,3]' in event.changes
    form = {"is_enabled": "on", "threshold": "4", "window_minutes": "5", "severity": "high", "mail_from": "high"}
    saved = sign_in(superadmin).post(f"/security/rules/{one.pk}/", {**form, "version": "2"})
    assert saved.status_code == 302 and rule("failures_of_person").threshold == 4
    stale = sign_in(superadmin).post(f"/security/rules/{one.pk}/", {**form, "threshold": "9", "version": "2"})
    assert stale.status_code == 412 and rule("failures_of_person").threshold == 4


@pytest.mark.parametrize(
    "values",
    [
        {"threshold": 0},
        {"window_minutes": 10**6},
        {"severity": "loud"},
        {"opens": "20:00", "closes": "07:00"},
        {"name": "x"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(api, superadmin, values):
    one = rule("off_hours_reads")
    answer = api(superadmin).patch(f"security/rules/{one.pk}", values)
    assert answer.status_code in (200, 422) and (answer.status_code == 422 or values == {"name": "x"})
    assert rule("off_hours_reads").version == 1


def test_a_rule_is_neither_made_nor_removed(api, superadmin):
    one = rule("new_device")
    assert api(superadmin).post("security/rules", {}).status_code == 405
    assert api(superadmin).delete(f"security/rules/{one.pk}").status_code == 405


# One's own


@pytest.fixture
def own(admin) -> Alert:
    happened("token.reused", admin, severity=Severity.HIGH, client="Tool")
    return fired("token_reuse")[0]


def close(client: Any, alert: Alert, comment: str = "It was me.") -> Any:
    return client.post(f"security/alerts/{alert.pk}/close", {"resolution": "expected", "comment": comment})


def test_nobody_closes_an_alert_about_themselves_while_somebody_else_could(api, sign_in, admin, superadmin, own):
    refused = close(api(admin), own)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "own_alert")
    page = sign_in(admin).get(f"/security/alerts/{own.pk}/").content.decode()
    assert "somebody else has to close it" in page and "What was it?" not in page
    assert sign_in(admin).post(f"/security/alerts/{own.pk}/close/", {"resolution": "expected"}).status_code == 403
    own.refresh_from_db()
    assert own.state == "open"
    assert close(api(superadmin), own).status_code == 200


def test_whoever_is_alone_closes_it_with_a_reason_that_stays(api, sign_in, admin, own):
    page = sign_in(admin).get(f"/security/alerts/{own.pk}/").content.decode()
    assert "Nobody else can close it" in page
    silent = sign_in(admin).post(f"/security/alerts/{own.pk}/close/", {"resolution": "expected", "comment": " "})
    assert silent.status_code == 422 and "say why it is closed" in silent.content.decode()
    assert close(api(admin), own, " ").status_code == 422
    assert close(api(admin), own).json()["state"] == "closed"
    event = AuditEvent.objects.get(action="alerts.closed", object_id=str(own.pk))
    assert json.loads(event.changes)["comment"] == ["", "It was me."]


def test_who_cannot_act_is_nobody_else(api, admin, admin_elsewhere, auditor, own):
    """Neither an administrator of another team nor an auditor, who only reads."""
    assert close(api(admin), own).status_code == 200


# Explanations


def test_an_explanation_is_said_in_the_language_of_whoever_reads_it(alert, monkeypatch):
    german = "{person} hat ein Token von {client} zweimal verwendet ({address})."
    assert explanation(alert).startswith("A refresh token of Olive Owner for Tool was used a second time")
    with override("de"):
        catalogue = translation("de")._catalog
        monkeypatch.setitem(catalogue._catalogs[0], str(SENTENCES["token.reused"]), german)
        assert explanation(alert) == "Olive Owner hat ein Token von Tool zweimal verwendet (198.51.100.7)."


def test_what_was_written_before_stays_as_it_was(alert):
    alert.explanation_key, alert.explanation_values = "as_written", {"text": "5 {failures} by Olive."}
    assert explanation(alert) == "5 {failures} by Olive."


def test_a_sentence_whose_key_is_gone_still_says_its_figures(alert):
    alert.explanation_key, alert.explanation_values = "of.old", {"number": 3, "person": "Olive"}
    assert explanation(alert) == "of.old: number 3, person Olive"


def test_no_event_of_any_kind_is_told_without_words(owner):
    for kind in KINDS:
        rows = {"details": json.dumps({"what": "x {y}"}), "kind": kind, "person_label": str(owner), "address": "::1"}
        reason = reason_of(SecurityEvent(severity=Severity.LOW, **rows))
        text = explanation(Alert(rule=rule("denials"), explanation_key=reason.key, explanation_values=reason.values))
        assert text.endswith(".") and "None" not in text, kind
