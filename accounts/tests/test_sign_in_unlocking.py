"""An administrator sees which sign-ins are locked and opens one; nobody else does."""

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import LoginDoor, User
from accounts.tests.sign_in_door import ELSEWHERE, HERE, Clock, attempt, fail, is_signed_in
from auditlog.models import AuditEvent, SecurityEvent
from conftest import PASSWORD

pytestmark = pytest.mark.django_db
PAGE = "/settings/locks/"


@pytest.fixture(autouse=True)
def _no_other_limits(settings: Any) -> Any:
    settings.RATE_LIMIT_ENABLED = False
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def locked(clock: Clock, owner: User) -> LoginDoor:
    fail(clock, owner.email, 5)
    return LoginDoor.objects.get()


def lock_open(door: LoginDoor) -> str:
    return reverse("settings:lock_open", args=[door.pk])


def test_the_page_says_who_from_where_and_until_when(locked, superadmin, sign_in, clock):
    fail(clock, "nobody@north.example", 5, address=ELSEWHERE)
    page = sign_in(superadmin).get(PAGE).content.decode()
    assert all(text in page for text in ("Olive Owner", "owner@north.example", HERE, "nobody@north.example", ELSEWHERE))
    assert "Nobody here has this address" in page and "2 locked sign-ins" in page


def test_a_door_that_opened_by_itself_is_no_longer_there(locked, superadmin, sign_in, clock):
    clock.wait(minutes=15)
    assert b"No sign-in is locked" in sign_in(superadmin).get(PAGE).content


def test_the_list_can_be_searched(locked, superadmin, sign_in):
    client = sign_in(superadmin)
    assert b"Olive" in client.get(f"{PAGE}?person__icontains=OWNER@").content
    assert b"Olive" not in client.get(f"{PAGE}?person__icontains=other").content


def test_the_button_opens_the_door_and_says_so_in_both_trails(locked, superadmin, sign_in, owner):
    answer = sign_in(superadmin).post(lock_open(locked), follow=True)
    assert b"may sign in again" in answer.content
    event, told = AuditEvent.objects.get(action="users.unlocked"), SecurityEvent.objects.get(kind="login.unlocked")
    assert (event.actor_id, event.object_id) == (superadmin.pk, str(owner.pk))
    assert (told.person_id, told.severity) == (owner.pk, "info") and HERE in told.details
    assert is_signed_in(attempt(owner.email, PASSWORD))


def test_the_api_opens_every_door_of_a_person_and_lets_strangers_addresses_in_again(
    locked, api, superadmin, owner, clock
):
    for number in range(20):
        attempt(owner.email, address=f"203.0.113.{number}")
    assert attempt(owner.email, PASSWORD, address="192.0.2.1").status_code == 429
    assert api(superadmin).post(f"users/{owner.pk}/unlock").status_code == 200
    assert is_signed_in(attempt(owner.email, PASSWORD))
    assert is_signed_in(attempt(owner.email, PASSWORD, address="192.0.2.1"))
    assert AuditEvent.objects.filter(action="users.unlocked").count() == 1


@pytest.mark.parametrize("pk", ["00000000-0000-7000-8000-000000000000", "nonsense"])
def test_what_is_not_there_is_404(pk, api, superadmin, sign_in):
    assert api(superadmin).post(f"users/{pk}/unlock").status_code == 404
    assert sign_in(superadmin).post(f"{PAGE}{pk}/unlock/").status_code == 404


def test_who_may_not_manage_people_sees_and_opens_nothing(locked, sign_in, api, owner, teammate, make_user, north):
    auditor = make_user("auditor@vouch.example", "auditor", (north,))
    for person in (owner, teammate, auditor):
        client = sign_in(person)
        assert client.get(PAGE).status_code == client.post(lock_open(locked)).status_code == 403
        assert api(person).post(f"users/{owner.pk}/unlock").status_code == 403
    assert attempt(owner.email, PASSWORD).status_code == 423


@pytest.fixture
def team_administrator(superadmin: User, make_user: Any, south: Any) -> User:
    """May manage the members of South, and no others."""
    user: User = make_user("south@vouch.example", "admin", (south,))
    user.role.grants |= {"users:manage": "team", "users:read": "team"}
    user.role.save()
    return user


def test_reach_ends_at_the_team(locked, team_administrator, sign_in, api, owner, outsider, clock):
    fail(clock, outsider.email, 5)
    client = sign_in(team_administrator)
    page = client.get(PAGE).content
    assert b"Oscar" in page and b"Olive" not in page
    assert (
        client.post(lock_open(locked)).status_code
        == api(team_administrator).post(f"users/{owner.pk}/unlock").status_code
    )
    assert client.post(lock_open(locked)).status_code == 404
    assert client.post(lock_open(LoginDoor.objects.get(user=outsider))).status_code == 302


def test_what_was_typed_in_the_wrong_field_is_not_shown(superadmin, sign_in, rf, clock):
    LoginDoor.objects.create(
        person="digest:abc", network=HERE, failures=5, locked_until=clock.at.replace(year=clock.at.year + 1)
    )
    page = sign_in(superadmin).get(PAGE).content
    assert b"digest" not in page and b"No address" in page
