"""A team leader, whose role changes one team's people, changes nobody beyond it and joins nothing by themselves."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from accounts.models import Membership, Role, Team, User
from auditlog.models import SecurityEvent

pytestmark = pytest.mark.django_db

READS_ALL = {"users:read": "all", "teams:read": "all", "roles:read": "all"}
LEADS = {"users:write": "team", "teams:write": "team"}


@pytest.fixture
def leader(make_user: Callable[..., User], north: Team) -> User:
    """Sees everybody, changes the own team's people."""
    Role.objects.create(name="leader", label="Leader", grants={**READS_ALL, **LEADS})
    return make_user("leader@north.example", role="leader", teams=(north,))


@pytest.fixture
def make_junior(make_user: Callable[..., User]) -> Callable[..., User]:
    """Somebody whose role is well within the leader's."""
    Role.objects.create(name="junior", label="Junior", grants={"users:read": "team"})

    def make(*teams: Team) -> User:
        return make_user("junior@vouch.example", role="junior", teams=teams, full_name="June Junior")

    return make


def teams_of(person: User) -> set[str]:
    return set(Membership.objects.filter(user=person).values_list("team__name", flat=True))


@pytest.mark.parametrize(("method", "path"), [("patch", ""), ("post", "/deactivate"), ("post", "/hand-over")])
def test_people_of_other_teams_are_seen_and_not_changed(
    api: Any, leader: User, make_junior: Any, south: Team, method: str, path: str
) -> None:
    person = make_junior(south)
    body = {"full_name": "Changed"} if method == "patch" else {"to": str(leader.pk)} if "hand" in path else {}
    assert api(leader).get(f"users/{person.pk}").status_code == 200
    answer = getattr(api(leader), method)(f"users/{person.pk}{path}", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


def test_pages_offer_only_what_the_reach_allows(
    sign_in: Any, leader: User, make_junior: Any, north: Team, south: Team
) -> None:
    browser, theirs = sign_in(leader), make_junior(south)
    for page in (f"/settings/people/{theirs.pk}/", f"/settings/teams/{south.pk}/"):
        assert "/edit/" not in browser.get(page).content.decode()
    for page in (f"/settings/people/{leader.pk}/", f"/settings/teams/{north.pk}/"):
        assert f"{page}edit/" in browser.get(page).content.decode()


def test_only_oneself_is_changed_with_the_reach_own(api: Any, leader: User, make_junior: Any, north: Team) -> None:
    Role.objects.filter(name="leader").update(grants={**READS_ALL, "users:write": "own"})
    assert api(leader).patch(f"users/{make_junior(north).pk}", {"full_name": "Changed"}).status_code == 403
    assert api(leader).patch(f"users/{leader.pk}", {"full_name": "Changed"}).status_code == 200


def test_nobody_puts_themselves_into_another_team(api: Any, leader: User, south: Team) -> None:
    asked = {"teams": [str(south.pk)]}, {"user": str(leader.pk)}
    me = api(leader)
    answers = me.patch(f"users/{leader.pk}", asked[0]), me.post(f"teams/{south.pk}/members", asked[1])
    assert [answer.status_code for answer in answers] == [403, 403]
    assert teams_of(leader) == {"North"}


def test_nobody_is_created_in_another_team_or_in_none(
    api: Any, leader: User, make_junior: Any, north: Team, south: Team
) -> None:
    role = make_junior(north).role_id
    body = {"email": "new@vouch.example", "role": str(role)}
    placed = [api(leader).post("users", {**body, "teams": teams}) for teams in ([str(south.pk)], [], [str(north.pk)])]
    assert [answer.status_code for answer in placed] == [403, 403, 201]


def test_teams_that_the_leader_does_not_see_stay(
    sign_in: Any, leader: User, make_junior: Any, north: Team, south: Team
) -> None:
    Role.objects.filter(name="leader").update(grants={**READS_ALL, **LEADS, "teams:read": "team"})
    person = make_junior(north, south)
    form = {"full_name": "June June", "role": str(person.role_id), "teams": [str(north.pk)]}
    assert sign_in(leader).post(f"/settings/people/{person.pk}/edit/", form).status_code == 302
    assert teams_of(person) == {"North", "South"}


def test_the_address_of_somebody_who_works_elsewhere_too_is_not_the_leader_s_to_change(
    api: Any, leader: User, make_junior: Any, north: Team, south: Team
) -> None:
    """Whoever reads the mail resets the password, and is that person in the other team as well."""
    person = make_junior(north, south)
    answer = api(leader).patch(f"users/{person.pk}", {"email": "mine@north.example"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "beyond_own_grants")
    person.refresh_from_db()
    assert person.email == "junior@vouch.example"


def test_a_changed_address_is_told_to_the_old_one(
    api: Any, leader: User, make_junior: Any, north: Team, mailoutbox: Any, django_capture_on_commit_callbacks: Any
) -> None:
    person = make_junior(north)
    with django_capture_on_commit_callbacks(execute=True):
        assert api(leader).patch(f"users/{person.pk}", {"email": "new@north.example"}).status_code == 200
    assert [one.to for one in mail.outbox] == [["junior@vouch.example"]]
    event = SecurityEvent.objects.get(kind="email.changed")
    assert (event.severity, event.person_id) == ("high", person.pk)
