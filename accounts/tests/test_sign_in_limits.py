"""Five wrong passwords lock one person at one network for fifteen minutes, at every door that checks a password."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account import app_settings
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.db import transaction
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import LoginDoor, LoginHistory, User
from accounts.signin import rules
from accounts.signin.errors import LoginLocked
from accounts.tests.sign_in_door import ELSEWHERE, HERE, JSON, LOGIN, Clock, attempt, fail, is_signed_in
from auditlog.models import AuditEvent, SecurityEvent
from conftest import PASSWORD
from crm.core.limits import counters
from crm.outbox.draining import drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_other_limits(settings: Any) -> Iterator[None]:
    """Those of one address per minute, which this clock does not move."""
    settings.RATE_LIMIT_ENABLED = False
    cache.clear()
    yield
    cache.clear()


def actions() -> list[str]:
    return list(AuditEvent.objects.filter(action__startswith="users.").values_list("action", flat=True))


def kinds() -> list[str]:
    return list(SecurityEvent.objects.order_by("at", "id").values_list("kind", flat=True))


# Five, then none


def test_the_sixth_attempt_is_423_with_the_minutes_left_even_with_the_right_password(clock, owner, checks):
    answers = fail(clock, owner.email, 5)
    assert [answer.status_code for answer in answers] == [200] * 5
    locked = attempt(owner.email, PASSWORD)
    assert locked.status_code == 423 and not is_signed_in(locked)
    assert "try again in 14 minutes" in locked.content.decode()
    assert "/accounts/password/reset/" in locked.content.decode()
    assert len(checks) == 5


def test_a_program_gets_the_same_in_the_error_shape(clock, owner):
    fail(clock, owner.email, 5)
    locked = attempt(owner.email, **JSON)
    error = locked.json()["error"]
    assert (locked.status_code, error["code"], error["status"]) == (423, "login_locked", 423)
    assert re.search(r"in 14 minutes", error["message"]) and int(locked["Retry-After"]) == 14 * 60 - 1


def test_after_fifteen_minutes_the_door_opens_and_counts_anew(clock, owner):
    fail(clock, owner.email, 5)
    clock.wait(minutes=13)
    assert attempt(owner.email, PASSWORD).status_code == 423
    clock.wait(minutes=1)
    assert attempt(owner.email).status_code == 200
    assert LoginDoor.objects.get().failures == 1
    assert is_signed_in(attempt(owner.email, PASSWORD))


def test_attempts_while_it_is_locked_do_not_prolong_the_lock(clock, owner):
    fail(clock, owner.email, 5)
    until = LoginDoor.objects.get().locked_until
    for _ in range(8):
        clock.wait(minutes=1)
        assert attempt(owner.email).status_code == 423
    assert LoginDoor.objects.get().locked_until == until


@pytest.mark.parametrize(("limit", "minutes"), [(2, 15), (7, 90)])
def test_limit_and_duration_are_settings(clock, owner, settings, limit, minutes):
    settings.LOGIN_FAILURE_LIMIT, settings.LOGIN_LOCKOUT = limit, timedelta(minutes=minutes)
    assert {answer.status_code for answer in fail(clock, owner.email, limit)} == {200}
    locked = attempt(owner.email)
    assert locked.status_code == 423 and f"{minutes - 1} minutes" in locked.content.decode()


def test_a_success_clears_the_count(clock, owner):
    for _ in range(3):
        fail(clock, owner.email, 4)
        assert is_signed_in(attempt(owner.email, PASSWORD))
        assert LoginDoor.objects.get().failures == 0


def test_failures_long_ago_do_not_add_up(clock, owner):
    for _ in range(3):
        fail(clock, owner.email, 4)
        clock.wait(minutes=15)
    assert is_signed_in(attempt(owner.email, PASSWORD))


# The wait between failures


def test_the_wait_grows_with_each_failure_and_nobody_is_put_to_sleep(clock, owner, checks, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("somebody sleeps"))
    assert [attempt(owner.email).status_code for _ in range(3)] == [200, 200, 200]
    soon = attempt(owner.email, PASSWORD, **JSON)
    assert (soon.status_code, soon.json()["error"]["code"], soon["Retry-After"]) == (429, "login_too_soon", "4")
    assert checks == ["wrong"] * 3
    assert [rules.delay_after(failures).seconds for failures in range(9)] == [0, 0, 0, 2, 4, 8, 16, 32, 60]


def test_whoever_waits_as_told_gets_in(clock, owner):
    for _ in range(3):
        attempt(owner.email)
    clock.wait(seconds=2)
    assert is_signed_in(attempt(owner.email, PASSWORD))


def test_attempts_that_do_not_wait_lock_the_door_without_a_check(clock, owner, checks):
    answers = [attempt(owner.email).status_code for _ in range(7)]
    assert answers == [200, 200, 200, 429, 423, 423, 423] and len(checks) == 3
    assert kinds() == ["login.failed"] * 3 + ["login.locked"]


@given(st.integers(0, 10_000))
def test_the_wait_never_shrinks_and_never_passes_a_minute(failures):
    assert rules.delay_after(failures) <= rules.delay_after(failures + 1) <= timedelta(minutes=1)


# Every way to try a password


def reauthenticate(user: User, sign_in: Any) -> Callable[[str], Any]:
    client = sign_in(user)
    return lambda password: client.post("/accounts/reauthenticate/", {"password": password}, REMOTE_ADDR=HERE)


def change_password(user: User, sign_in: Any) -> Callable[[str], Any]:
    client = sign_in(user)
    new = {"password1": "Another-Lantern-8", "password2": "Another-Lantern-8"}
    url = "/accounts/password/change/"
    return lambda password: client.post(url, {"oldpassword": password, **new}, REMOTE_ADDR=HERE)


def sign_in_page(user: User, sign_in: Any) -> Callable[[str], Any]:
    return lambda password: attempt(user.email, password)


DOORS = [reauthenticate, change_password, sign_in_page]


@pytest.mark.parametrize("tried", DOORS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("shut", DOORS, ids=lambda one: one.__name__)
def test_five_failures_at_one_door_lock_all_of_them(clock, owner, sign_in, checks, tried, shut):
    last = shut(owner, sign_in)
    knock = tried(owner, sign_in)
    for _ in range(5):
        assert knock("wrong").status_code == 200
        cache.clear()
        clock.wait(seconds=61)
    assert last(PASSWORD).status_code == 423
    assert checks == ["wrong"] * 5


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/customers/customer/"])
def test_the_administration_has_no_form_of_its_own(client, path):
    for answer in (client.get(path), client.post(path, {"username": "a@b.example", "password": PASSWORD})):
        assert answer.status_code == 302 and answer["Location"].startswith(LOGIN)


SPELLINGS = ["email", "login", "username"]


@pytest.mark.parametrize("name", SPELLINGS)
def test_whatever_the_name_is_called_it_is_the_same_person(clock, owner, name):
    """With an e-mail as USERNAME_FIELD axes stores None for two of these, and locks nobody."""
    request = RequestFactory().post("/", REMOTE_ADDR=HERE)
    assert authenticate(request, **{name: owner.email, "password": PASSWORD}) == owner
    for turn in range(5):
        assert authenticate(request, **{SPELLINGS[turn % 3]: owner.email, "password": "wrong"}) is None
        clock.wait(seconds=61)
    with pytest.raises(LoginLocked):
        authenticate(request, **{name: owner.email, "password": PASSWORD})
    assert LoginDoor.objects.get().person == owner.email


@pytest.mark.parametrize(
    "written", ["Owner@North.example", "  owner@north.example ", "OWNER@NORTH.EXAMPLE", "ｏｗｎｅｒ@north.example"]
)
def test_however_the_name_is_written_it_is_the_same_person(clock, owner, written):
    assert rules.person_of({"email": written}) == owner.email
    fail(clock, owner.email, 5)
    with pytest.raises(LoginLocked):
        authenticate(RequestFactory().get("/", REMOTE_ADDR=HERE), email=written, password=PASSWORD)


def test_a_person_whose_address_has_capitals_can_sign_in(make_user):
    user = make_user("Olive.Owner@North.example")
    assert is_signed_in(attempt("olive.owner@north.EXAMPLE", PASSWORD))
    assert LoginDoor.objects.get().user == user


@pytest.mark.parametrize("written", ["vıctim@north.example", "ſam@north.example", "ıſ"])
def test_letters_that_only_look_alike_find_nobody_and_count_for_nobody(make_user, written):
    """UPPER('ı') is 'I': a lookup without regard to case would find the victim under many names, each with a count."""
    make_user("victim@north.example"), make_user("sam@north.example")
    found = User.objects.named(rules.person_of({"email": written}))
    assert found is None or rules.person_of({"email": written}) == found.email


def test_a_password_typed_as_the_name_is_not_kept(clock):
    authenticate(RequestFactory().get("/"), username="Hunter-2-in-the-wrong-field", password="x")
    kept = [*LoginDoor.objects.values_list("person"), *LoginHistory.objects.values_list("person")]
    events = [*SecurityEvent.objects.values_list("person_label"), *AuditEvent.objects.values_list("actor_label")]
    assert kept and events and "hunter" not in str([*kept, *events]).lower()


# Where from


def test_one_household_of_ipv6_addresses_is_one_place(clock, owner):
    """axes counts each of its 2^64 addresses."""
    for number in range(5):
        attempt(owner.email, address=f"2001:db8::{number:x}")
        clock.wait(seconds=61)
    assert attempt(owner.email, PASSWORD, address="2001:db8::ffff:1").status_code == 423
    assert is_signed_in(attempt(owner.email, PASSWORD, address="2001:db8:0:1::1"))


def test_a_forged_header_is_no_other_place(clock, owner):
    for number in range(5):
        attempt(owner.email, **{"X-Forwarded-For": f"192.0.2.{number}", "X-Real-IP": f"192.0.2.{number}"})
        clock.wait(seconds=61)
    assert attempt(owner.email, PASSWORD, **{"X-Forwarded-For": "192.0.2.77"}).status_code == 423


def test_a_lock_shuts_out_nobody_else_and_nowhere_else(clock, owner, teammate):
    fail(clock, owner.email, 5)
    assert is_signed_in(attempt(teammate.email, PASSWORD))
    assert is_signed_in(attempt(owner.email, PASSWORD, address=ELSEWHERE))


def test_somebody_elses_success_at_the_same_place_clears_nothing(clock, owner, teammate):
    """With a bare `ip_address` and reset on success an attacker signs in as themselves between guesses."""
    for _ in range(5):
        fail(clock, owner.email, 1)
        assert is_signed_in(attempt(teammate.email, PASSWORD))
    assert attempt(owner.email, PASSWORD).status_code == 423


def test_the_limit_of_the_address_neither_hides_a_lock_nor_counts_against_a_neighbour(settings, owner, teammate, clock):
    settings.RATE_LIMIT_ENABLED = True
    counters.cache_clear()
    answers = [attempt(owner.email).status_code for _ in range(7)]
    assert answers == [200, 200, 200, 429, 423, 423, 423]
    neighbour = attempt(teammate.email, PASSWORD, **JSON)
    assert (neighbour.status_code, neighbour.json()["error"]["code"]) == (429, "too_many_requests")
    assert not LoginDoor.objects.filter(user=teammate).exists()
    counters.cache_clear()


# From everywhere


def strangers(clock: Clock, email: str, times: int) -> list[int]:
    return [attempt(email, address=f"203.0.113.{number}").status_code for number in range(times)]


def test_guesses_from_many_places_end_in_a_mailed_link_for_strangers(clock, owner, checks):
    assert set(strangers(clock, owner.email, 20)) == {200}
    refused = attempt(owner.email, PASSWORD, address="192.0.2.200")
    assert refused.status_code == 429 and b"Send me a link" in refused.content
    again = attempt(owner.email, PASSWORD, address="192.0.2.200", **JSON)
    assert again.json()["error"]["code"] == "login_link_required" and int(again["Retry-After"]) <= 3600
    assert len(checks) == 20


def test_an_attacker_cannot_lock_a_person_out_from_everywhere(clock, owner):
    """Where they signed in before, and wherever they open the link, their password works during the attack."""
    assert is_signed_in(attempt(owner.email, PASSWORD, address=HERE))
    strangers(clock, owner.email, 40)
    assert is_signed_in(attempt(owner.email, PASSWORD, address=HERE))
    assert attempt(owner.email, PASSWORD, address=ELSEWHERE).status_code == 429


def test_the_mailed_link_opens_the_door_at_a_new_place(clock, owner, mailoutbox):
    strangers(clock, owner.email, 30)
    browser = Client(REMOTE_ADDR=ELSEWHERE)
    assert reset_by_mail(browser, owner.email, mailoutbox, "Another-Lantern-8").status_code == 302
    assert is_signed_in(attempt(owner.email, "Another-Lantern-8", address=ELSEWHERE))
    assert attempt(owner.email, "Another-Lantern-8", address="192.0.2.201").status_code == 429


def test_the_mailed_link_opens_a_locked_door_at_once(clock, owner, mailoutbox):
    fail(clock, owner.email, 5)
    reset_by_mail(Client(REMOTE_ADDR=HERE), owner.email, mailoutbox, "Another-Lantern-8")
    assert is_signed_in(attempt(owner.email, "Another-Lantern-8"))


def reset_by_mail(browser: Client, email: str, mailoutbox: list[Any], password: str) -> Any:
    browser.post("/accounts/password/reset/", {"email": email})
    drain()
    link = re.search(r"https?://[^/\s]+(/\S+)", mailoutbox[-1].body)
    assert link is not None
    form = browser.get(link[1], follow=True)
    return browser.post(form.request["PATH_INFO"], {"password1": password, "password2": password})


def test_after_an_hour_a_password_is_enough_again_and_after_a_hundred_a_day_it_is_not(clock, owner):
    for _ in range(5):
        assert strangers(clock, owner.email, 21)[-1] == 429
        clock.wait(hours=1, seconds=1)
    assert attempt(owner.email, PASSWORD, address="192.0.2.200").status_code == 429
    clock.wait(hours=24)
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.200")
    assert authenticate(request, email=owner.email, password=PASSWORD) == owner


def test_nobody_can_use_up_a_persons_links(clock, owner, mailoutbox):
    for number in range(8):
        answer = Client(REMOTE_ADDR=f"203.0.113.{number}").post("/accounts/password/reset/", {"email": owner.email})
        assert answer.status_code == 302
    drain()
    assert len(mailoutbox) == 5
    assert Client().get(re.search(r"https?://[^/\s]+(/\S+)", mailoutbox[0].body)[1]).status_code == 302


@given(st.lists(st.integers(0, 86_400), max_size=60).map(sorted), st.integers(1, 20), st.integers(1, 86_400))
def test_a_sliding_window_never_holds_more_than_its_limit(times, most, seconds):
    at = Clock().at
    start = at.timestamp() - 86_400
    taken: list[float] = []
    for one in times:
        moment = at - timedelta(seconds=86_400 - one)
        if not rules.seconds_until_allowed(taken, ((timedelta(seconds=seconds), most),), moment):
            taken.append(moment.timestamp())
    for one in taken:
        assert sum(one - seconds < other <= one for other in taken) <= most
    assert all(one >= start - 1 for one in taken)


# What stays behind


def test_every_failure_lock_and_success_is_recorded(clock, owner):
    fail(clock, owner.email, 5)
    attempt(owner.email)
    attempt(owner.email, PASSWORD, address=ELSEWHERE)
    assert kinds() == ["login.failed"] * 5 + ["login.locked", "login.succeeded"]
    assert sorted(actions()) == ["users.locked"] + ["users.sign_in_failed"] * 5 + ["users.signed_in"]
    failed, locked = (SecurityEvent.objects.filter(kind=f"login.{word}").first() for word in ("failed", "locked"))
    assert (failed.severity, failed.person_id, failed.address) == ("low", owner.pk, HERE)
    assert (locked.severity, locked.person_label, locked.team_id) == (
        "medium",
        owner.email,
        owner.memberships.get().team_id,
    )


def test_signing_out_is_recorded_wherever_it_is_done(sign_in, superadmin, owner):
    sign_in(owner).post("/accounts/logout/")
    through_admin = sign_in(superadmin).post("/admin/logout/")
    assert (through_admin.status_code, through_admin["Location"]) == (307, "/accounts/logout/")
    assert actions() == ["users.signed_out"]


@pytest.mark.django_db(transaction=True)
def test_a_count_that_a_transaction_could_take_back_is_refused_before_the_check(owner, checks):
    """Under ATOMIC_REQUESTS axes' row goes with the request's transaction, so a view that raises never counts."""
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        authenticate(RequestFactory().get("/"), email=owner.email, password=PASSWORD)
    assert not checks


def test_the_limit_on_second_factor_codes_stays():
    """`ACCOUNT_RATE_LIMITS={"login_failed": None}` would switch it off together with allauth's count of passwords."""
    assert app_settings.RATE_LIMITS["login_failed"]


def test_made_up_names_do_not_pile_up(clock):
    for number in range(15):
        attempt(f"made-up-{number}@nowhere.example", address=f"203.0.113.{number}")
    clock.wait(days=2)
    attempt("one-more@nowhere.example")
    assert LoginDoor.objects.count() == LoginHistory.objects.count() == 1


def test_a_known_place_is_remembered_for_thirty_days(clock, owner):
    attempt(owner.email, PASSWORD)
    clock.wait(days=29)
    attempt("one-more@nowhere.example", address=ELSEWHERE)
    assert LoginDoor.objects.filter(user=owner).exists()
    clock.wait(days=2)
    attempt("another@nowhere.example", address=ELSEWHERE)
    assert not LoginDoor.objects.filter(user=owner).exists()
