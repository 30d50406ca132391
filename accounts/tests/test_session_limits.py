"""A session ends when it is not used, and half a day after the sign-in; people come back to where they were."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Session
from tests.query_counts import counted_queries

pytestmark = pytest.mark.django_db


def age(**moved):
    """Moves the sessions' moments into the past."""
    for row in Session.objects.all():
        Session.objects.filter(pk=row.pk).update(**{name: getattr(row, name) - by for name, by in moved.items()})


def inside(client):
    return client.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(("idle", "alive"), [(29, True), (30, False), (600, False)])
def test_a_session_that_is_not_used_for_half_an_hour_is_over(sign_in, owner, idle, alive):
    browser = sign_in(owner)
    age(last_used_at=timedelta(minutes=idle))
    assert inside(browser) is alive


@pytest.mark.parametrize(("hours", "alive"), [(11, True), (12, False)])
def test_a_session_in_constant_use_is_over_after_half_a_day(sign_in, owner, hours, alive):
    browser = sign_in(owner)
    age(created_at=timedelta(hours=hours))
    assert inside(browser) is alive


def test_both_limits_follow_the_settings(sign_in, owner, settings):
    settings.SESSION_IDLE, settings.SESSION_ABSOLUTE = timedelta(minutes=5), timedelta(hours=1)
    browser = sign_in(owner)
    age(last_used_at=timedelta(minutes=5))
    assert not inside(browser)


@pytest.mark.parametrize(
    "path", ["/customers/", "/search/?q=zu&fragment=palette", "/accounts/sessions/here/", "/api/v1/me"]
)
def test_every_request_counts_as_use(sign_in, owner, path):
    browser = sign_in(owner)
    for _ in range(3):
        age(last_used_at=timedelta(minutes=25), created_at=timedelta(minutes=25))
        assert browser.get(path, headers={"HX-Request": "true"}).status_code == 200
    assert timezone.now() - Session.objects.get().last_used_at < timedelta(minutes=1)


def test_a_use_is_written_at_most_once_a_minute_in_one_statement(sign_in, owner):
    browser = sign_in(owner)
    inside(browser)
    with counted_queries() as first:
        inside(browser)
    age(last_used_at=timedelta(seconds=61))
    with counted_queries() as due:
        inside(browser)
    assert due.count == first.count + 1


def test_the_session_costs_one_statement(sign_in, owner, django_assert_num_queries):
    browser = sign_in(owner)
    store = browser.session
    with django_assert_num_queries(1):
        assert store["_auth_user_id"] == str(owner.pk)


def test_use_from_another_network_shows_the_new_address(sign_in, owner):
    browser = sign_in(owner)
    age(last_used_at=timedelta(minutes=2))
    browser.get("/api/v1/me", REMOTE_ADDR="198.51.100.9")
    assert Session.objects.get().address == "198.51.100.9"


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        ({"last_used_at": timedelta(hours=1)}, "nothing had happened for a while"),
        ({"created_at": timedelta(days=1)}, "your last sign-in was long ago"),
    ],
)
def test_the_sign_in_page_says_why_and_leads_back(sign_in, owner, moved, words):
    browser = sign_in(owner)
    age(**moved)
    page = browser.get("/customers/?search=mill", follow=True)
    text = page.content.decode()
    assert words in text and 'name="next" value="/customers/?search=mill"' in text
    assert browser.cookies["sessionid"].value == ""
    back = browser.post(
        "/accounts/login/",
        {"login": owner.email, "password": "Lantern-over-harbour-7", "next": "/customers/?search=mill"},
    )
    assert back.url == "/customers/?search=mill"


def test_a_session_that_somebody_ended_says_so_too(sign_in, owner):
    browser = sign_in(owner)
    Session.objects.all().delete()
    assert b"Your session has ended." in browser.get("/customers/", follow=True).content


def test_a_stranger_is_told_nothing_about_sessions(client):
    answer = client.get("/customers/")
    assert "ended" not in answer.url and b"Your session has ended. " not in client.get(answer.url).content


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("http://testserver/customers/new/?x=1", "%2Fcustomers%2Fnew%2F%3Fx%3D1"),
        ("https://evil.example/x", "%2F"),
        ("", "%2F"),
    ],
)
def test_what_cannot_be_repeated_leads_back_to_the_page_it_was_sent_from(sign_in, owner, referer, leads_to):
    browser = sign_in(owner)
    age(last_used_at=timedelta(hours=1))
    answer = browser.post("/labels/new/", headers={"Referer": referer})
    assert answer.url == f"/accounts/login/?next={leads_to}&ended=idle"


def test_programs_are_told_by_a_code(sign_in, owner):
    browser = sign_in(owner)
    age(last_used_at=timedelta(hours=1))
    answer = browser.get("/api/v1/me")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "session_ended")


def test_signing_in_starts_the_limits_anew_and_a_new_password_does_not(client, sign_in, owner):
    client.get("/accounts/login/")
    client.session.save()
    age(created_at=timedelta(hours=6))
    client.post("/accounts/login/", {"login": owner.email, "password": "Lantern-over-harbour-7"})
    assert timezone.now() - Session.objects.get(user=owner).created_at < timedelta(minutes=1)
    age(created_at=timedelta(hours=6))
    store = client.session
    old, row = store.session_key, Session.objects.get(user=owner)
    store.cycle_key()
    store.save()
    assert store.session_key != old and not Session.objects.filter(key=old).exists()
    renewed = Session.objects.get(user=owner)
    assert (renewed.pk, renewed.created_at) == (row.pk, row.created_at)


def test_what_ended_a_day_ago_is_swept_out_at_the_next_sign_in(sign_in, owner, teammate):
    sign_in(owner)
    age(last_used_at=timedelta(days=2))
    sign_in(teammate)
    assert [row.user for row in Session.objects.all()] == [teammate]


def test_no_cache_keeps_a_session_alive(sign_in, owner):
    """With Redis up, down, or full of old entries: the database alone decides."""
    browser = sign_in(owner)
    assert inside(browser)
    cache.clear()
    assert inside(browser)
    Session.objects.all().delete()
    assert not inside(browser)


def test_the_page_asks_whether_it_may_go_on_and_gets_the_token_its_forms_need(sign_in, owner):
    browser = sign_in(owner)
    answer = browser.get("/accounts/sessions/here/", headers={"Accept": "application/json"})
    assert answer.json()["person"] == str(owner.pk) and len(answer.json()["csrf"]) == 64
    assert answer["Cache-Control"] == "no-store"
    age(last_used_at=timedelta(hours=1))
    assert browser.get("/accounts/sessions/here/", headers={"Accept": "application/json"}).status_code == 401
