"""People, teams and roles in the admin: for administrators, through services, and never beyond their own grants."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import administration
from accounts.models import Membership, Role, Team, User
from auditlog.models import AuditEvent
from crm.core.errors import Conflict, Forbidden
from customers.models import Customer

pytestmark = pytest.mark.django_db

MODELS = ["accounts/user", "accounts/team", "accounts/role", "auditlog/auditevent"]
PAGES = ["/admin/", *(f"/admin/{model}/" for model in MODELS)]


@pytest.fixture
def admin_person(make_user: Any, north: Team) -> User:
    return make_user("admin@north.example", role="admin", teams=(north,))


@pytest.mark.parametrize("page", PAGES)
def test_operators_see_it_and_for_others_it_is_not_there(sign_in, superadmin, admin_person, owner, page):
    assert sign_in(superadmin).get(page).status_code == 200
    assert sign_in(admin_person).get(page).status_code == 200
    assert sign_in(owner).get(page).status_code == 404


@pytest.mark.parametrize("page", PAGES[1:4])
def test_lists_need_the_same_number_of_queries_for_many_rows(sign_in, superadmin, make_user, north, page):
    client = sign_in(superadmin)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    before = queries()
    for at in range(8):
        team = Team.objects.create(name=f"T{at}")
        Membership.objects.create(user=make_user(f"p{at}@north.example"), team=team)
        Role.objects.create(name=f"r{at}", label=f"R{at}")
    assert queries() == before


def form_of(user: User, **changes: Any) -> dict[str, Any]:
    teams = [str(one.team_id) for one in user.memberships.all()]
    return {"email": user.email, "full_name": user.full_name, "role": str(user.role_id or ""), "teams": teams,
            "time_zone": "", "is_active": "on", **changes}  # fmt: skip


def test_moving_a_person_to_another_team_is_recorded(sign_in, superadmin, owner, south):
    answer = sign_in(superadmin).post(f"/admin/accounts/user/{owner.pk}/change/", form_of(owner, teams=[str(south.pk)]))
    assert answer.status_code == 302, answer.content
    assert [one.team for one in owner.memberships.all()] == [south]
    assert AuditEvent.objects.get(action="users.moved").door == "admin"


def test_a_person_is_created_without_a_password(sign_in, superadmin, north):
    form = {"email": "new@north.example", "full_name": "New", "teams": [str(north.pk)], "is_active": "on",
            "role": str(Role.objects.get(name="sales_rep").pk)}  # fmt: skip
    assert sign_in(superadmin).post("/admin/accounts/user/add/", form).status_code == 302
    user = User.objects.get(email="new@north.example")
    assert not user.has_usable_password() and user.memberships.get().team == north


def test_deactivating_ends_every_session(sign_in, superadmin, owner):
    browser = sign_in(owner)
    form = form_of(owner)
    del form["is_active"]
    assert sign_in(superadmin).post(f"/admin/accounts/user/{owner.pk}/change/", form).status_code == 302
    assert browser.get("/").status_code == 302


def test_an_administrator_makes_nobody_a_superadmin(sign_in, admin_person, owner):
    form = form_of(owner, role=str(Role.objects.get(name="superadmin").pk))
    assert sign_in(admin_person).post(f"/admin/accounts/user/{owner.pk}/change/", form).status_code == 403
    owner.refresh_from_db()
    assert owner.role.name == "sales_rep" and not AuditEvent.objects.exists()


def test_an_administrator_does_not_touch_a_superadmin(as_actor, admin_person, superadmin):
    with pytest.raises(Forbidden):
        administration.user_update(as_actor(admin_person), superadmin.pk, is_active=False)


def test_an_administrator_does_not_widen_a_role_beyond_their_own(as_actor, admin_person):
    role = Role.objects.get(name="sales_rep")
    with pytest.raises(Forbidden):
        administration.role_update(as_actor(admin_person), role.pk, grants={"customers:read": "all"})
    role.refresh_from_db()
    assert role.grants["customers:read"] == "team"


def test_the_last_superadmin_stays(as_actor, superadmin):
    with pytest.raises(Conflict) as refusal:
        administration.user_update(as_actor(superadmin), superadmin.pk, is_active=False)
    assert refusal.value.code == "last_superadmin"
    superadmin.refresh_from_db()
    assert superadmin.is_active


def test_the_superadmins_role_stays_as_it_is(as_actor, superadmin):
    role = Role.objects.get(name="superadmin")
    with pytest.raises(Conflict):
        administration.role_update(as_actor(superadmin), role.pk, grants={})


def test_a_team_gets_its_members(sign_in, superadmin, owner, teammate, north):
    form = {"name": "North Sea", "country": "DE", "members": [str(owner.pk)]}
    assert sign_in(superadmin).post(f"/admin/accounts/team/{north.pk}/change/", form).status_code == 302
    north.refresh_from_db()
    assert north.name == "North Sea" and [one.user for one in north.memberships.all()] == [owner]


@pytest.mark.parametrize("query", ["", "?door=api", "?object_type=customer", "?q=acme"])
def test_operators_read_the_trail_and_cannot_change_it(sign_in, api, superadmin, query):
    Customer.objects.all().delete()
    api(superadmin).post("customers", {"name": "Acme"})
    client, event = sign_in(superadmin), AuditEvent.objects.get()
    assert "Acme" in client.get(f"/admin/auditlog/auditevent/{query}").content.decode()
    assert client.get("/admin/auditlog/auditevent/add/").status_code == 403
    assert client.post(f"/admin/auditlog/auditevent/{event.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"/admin/auditlog/auditevent/{event.pk}/change/").status_code == 200


@pytest.mark.parametrize("reach", ["null", "5", '"All"', '["all"]', '"everything"'])
def test_a_reach_that_is_none_is_refused(sign_in, superadmin, reach):
    form = {"name": "odd", "label": "Odd", "description": "", "grants": f'{{"customers:read": {reach}}}'}
    answer = sign_in(superadmin).post("/admin/accounts/role/add/", form)
    assert answer.status_code == 200 and not Role.objects.filter(name="odd").exists()
