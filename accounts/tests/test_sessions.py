"""People see where they are signed in and end it; administrators do so for others. An end acts on the next request."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client

from accounts.models import Session
from accounts.tests.oauth_flow import tokens_for
from auditlog.models import AuditEvent
from crm.core.devices import device_of

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def signed_in_at():
    """A browser with an agent and an address that has gone through the sign-in page."""

    def browser(user, agent=FIREFOX, address="203.0.113.7"):
        client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
        answer = client.post("/accounts/login/", {"login": user.email, "password": "Lantern-over-harbour-7"})
        assert answer.status_code == 302
        return client

    return browser


def session_of(client):
    return Session.objects.get(key=client.cookies["sessionid"].value)


def inside(client):
    return client.get("/api/v1/me").status_code == 200


def test_the_page_lists_device_address_and_which_one_this_is(signed_in_at, owner):
    phone, here = signed_in_at(owner, IPHONE, "2001:db8::17"), signed_in_at(owner)
    text = here.get("/accounts/sessions/").content.decode()
    assert text.index("Firefox on Windows") < text.index("This session") < text.index("Safari on iPhone")
    assert "203.0.113.7" in text and "2001:db8::17" in text
    assert session_of(phone).device == "Safari on iPhone"


def test_an_ended_session_is_out_on_its_next_request_and_the_trail_says_who_did_it(signed_in_at, owner):
    other, here = signed_in_at(owner, IPHONE), signed_in_at(owner)
    ended = session_of(other)
    answer = here.post(f"/accounts/sessions/{ended.pk}/end/", follow=True)
    assert "Safari on iPhone is signed out." in answer.content.decode()
    assert not inside(other) and inside(here)
    event = AuditEvent.objects.get(action="sessions.ended")
    assert (event.actor_id, event.object_label) == (owner.pk, "Safari on iPhone, 203.0.113.7")
    assert here.post(f"/accounts/sessions/{ended.pk}/end/").status_code == 404


def test_all_others_end_and_this_one_goes_on(signed_in_at, owner, teammate):
    others, here, colleague = [signed_in_at(owner) for _ in range(3)], signed_in_at(owner), signed_in_at(teammate)
    assert b"3 other sessions signed out." in here.post("/accounts/sessions/end-others/", follow=True).content
    assert not any(map(inside, others)) and inside(here) and inside(colleague)
    assert AuditEvent.objects.get(action="users.other_sessions_ended").actor_id == owner.pk


def test_signing_out_everywhere_takes_this_browser_and_every_token_along(client, signed_in_at, owner, native):
    other, here = signed_in_at(owner), signed_in_at(owner)
    token = tokens_for(other, native)["access_token"]
    answer = here.post("/accounts/sessions/end-all/")
    assert (answer.status_code, answer.url) == (302, "/accounts/login/")
    assert not inside(other) and not inside(here) and not Session.objects.filter(user=owner).exists()
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_session_ended_while_a_request_runs_is_not_brought_back(signed_in_at, owner):
    browser = signed_in_at(owner)
    running = browser.session
    assert running["_auth_user_id"]
    Session.objects.filter(user=owner).delete()
    running["late"] = "write"
    with pytest.raises(UpdateError):
        running.save()
    assert not inside(browser) and not Session.objects.filter(user=owner).exists()


def test_what_a_password_change_ended_is_no_longer_listed(signed_in_at, owner):
    signed_in_at(owner)
    owner.set_password("Another-lantern-8")
    owner.save()
    assert not Session.objects.live_of(owner).exists() and Session.objects.filter(user=owner).exists()


# Other people's sessions


@pytest.mark.parametrize(("role", "status"), [("sales_rep", 403), ("sales_manager", 403), ("admin", 200)])
def test_only_who_manages_people_sees_and_ends_the_sessions_of_others(
    signed_in_at, make_user, north, owner, role, status
):
    actor, theirs = signed_in_at(make_user("boss@north.example", role, (north,))), signed_in_at(owner)
    page = f"/settings/people/{owner.pk}/sessions/"
    assert actor.get(page).status_code == status
    assert actor.get(f"/api/v1/sessions?user={owner.pk}").status_code == status
    ended = actor.post(f"/accounts/sessions/{session_of(theirs).pk}/end/")
    assert ended.status_code == (302 if status == 200 else 404) and inside(theirs) == (status == 403)
    if status == 200:
        assert ended.url == page


def test_an_administrator_signs_somebody_out_everywhere_and_stays_signed_in(signed_in_at, superadmin, owner, native):
    boss, theirs = signed_in_at(superadmin), signed_in_at(owner)
    tokens_for(theirs, native)
    boss.post(f"/settings/people/{owner.pk}/sessions/end-all/")
    assert inside(boss) and not inside(theirs)
    event = AuditEvent.objects.get(action="users.signed_out_everywhere")
    assert (event.actor_id, event.object_id) == (superadmin.pk, str(owner.pk))
    assert b"Not signed in" in boss.get(f"/settings/people/{owner.pk}/sessions/").content


# The API


def test_the_api_lists_ones_own_sessions_and_ends_one(signed_in_at, owner, teammate):
    other, here = signed_in_at(owner, IPHONE), signed_in_at(owner)
    signed_in_at(teammate)
    rows = here.get("/api/v1/sessions").json()["results"]
    assert {row["device"]: row["is_current"] for row in rows} == {"Firefox on Windows": True, "Safari on iPhone": False}
    assert {row["user"] for row in rows} == {str(owner.pk)} and "key" not in rows[0] and "data" not in rows[0]
    one = session_of(other)
    assert here.get(f"/api/v1/sessions/{one.pk}").json()["address"] == "203.0.113.7"
    assert here.delete(f"/api/v1/sessions/{one.pk}").status_code == 204
    assert here.get(f"/api/v1/sessions/{one.pk}").status_code == 404 and not inside(other)


def test_the_api_answers_404_for_the_session_of_somebody_else_and_ends_nothing(signed_in_at, owner, teammate):
    here, theirs = signed_in_at(owner), signed_in_at(teammate)
    for method in (here.get, here.delete):
        assert method(f"/api/v1/sessions/{session_of(theirs).pk}").status_code == 404
        assert method("/api/v1/sessions/nonsense").status_code == 404
    assert inside(theirs)


@pytest.mark.parametrize(("query", "status"), [("user=nonsense", 400), ("colour=red", 400), ("ordering=address", 400)])
def test_the_api_refuses_what_it_does_not_know(signed_in_at, owner, query, status):
    assert signed_in_at(owner).get(f"/api/v1/sessions?{query}").status_code == status


def test_logout_all_for_somebody_else_asks_for_the_right_to_manage_people(api, superadmin, owner, teammate):
    assert api(teammate).post(f"auth/logout-all?user={owner.pk}").status_code == 403
    theirs, boss = api(owner), api(superadmin)
    assert boss.post(f"auth/logout-all?user={owner.pk}").status_code == 204
    assert theirs.get("me").status_code == 401 and boss.get("me").status_code == 200


def test_a_token_neither_sees_nor_ends_sessions(client, signed_in_at, owner, superadmin, native):
    """Whoever grants an application their customers has not shown it where they are."""
    browser = signed_in_at(superadmin)
    bearer = {"Authorization": f"Bearer {tokens_for(browser, native)['access_token']}"}
    theirs = f"/api/v1/sessions/{superadmin.sessions.get().pk}"
    refused = [
        client.get("/api/v1/sessions", headers=bearer),
        client.get(theirs, headers=bearer),
        client.delete(theirs, headers=bearer),
        client.get(f"/api/v1/sessions?user={owner.pk}", headers=bearer),
    ]
    assert {(one.status_code, one.json()["error"]["code"]) for one in refused} == {(403, "session_required")}
    assert browser.get("/accounts/sessions/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
         "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
         "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
         "Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0 "
         "Mobile Safari/537.36", "Samsung Internet on Android"),
        ("curl/8.5.0", "curl"),
        ("", "Unknown device"),
        ("<script>alert(1)</script>", "Unknown device"),
    ],
)  # fmt: skip
def test_an_agent_is_told_in_words(agent, words):
    assert device_of(agent) == words
