"""The pages of people, teams and roles, for administrators and for colleagues."""

import re

import pytest

from accounts.models import HandOver, Role, Team, User
from customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_person(make_user, north, south):
    return make_user("admin@north.example", role="admin", teams=(north, south), full_name="Ada Admin")


@pytest.fixture
def pages(owner, north):
    person, team, role = (
        f"/settings/people/{owner.pk}/",
        f"/settings/teams/{north.pk}/",
        f"/settings/roles/{owner.role_id}/",
    )
    return {
        "people": ["/settings/people/", person],
        "people to change": [f"{person}edit/", f"{person}deactivate/", f"{person}hand-over/"],
        "teams": ["/settings/teams/", team],
        "teams to change": ["/settings/teams/new/", f"{team}edit/", f"{team}delete/", f"{team}members/{owner.pk}/"],
        "roles": ["/settings/roles/", role, "/settings/access/"],
        "roles to change": ["/settings/roles/new/", f"{role}edit/", f"{role}delete/"],
    }


@pytest.mark.parametrize(
    ("role", "opened"),
    [
        ("superadmin", {"people", "people to change", "teams", "teams to change", "roles", "roles to change"}),
        ("admin", {"people", "people to change", "teams", "teams to change", "roles", "roles to change"}),
        ("auditor", {"people", "teams", "roles"}),
        ("sales_manager", {"people", "teams"}),
        ("sales_rep", {"people", "teams"}),
        ("read_only", {"people", "teams"}),
    ],
)
def test_who_opens_which_pages(sign_in, make_user, north, pages, role, opened):
    client = sign_in(make_user("asker@north.example", role, (north,)))
    wrong = {
        url: status
        for name, urls in pages.items()
        for url in urls
        if (status := client.get(url).status_code) != (200 if name in opened else 403)
    }
    assert not wrong


def test_a_colleague_sees_no_sign_ins_and_no_person_of_another_team(sign_in, owner, teammate, outsider):
    page = sign_in(teammate).get("/settings/people/").content.decode()
    assert "Olive Owner" in page and "Oscar" not in page and "Last sign-in" not in page
    assert sign_in(teammate).get(f"/settings/people/{outsider.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [("?search=oliv", {"Olive"}), ("?state=deactivated", {"Oscar"}), ("?state=waiting", {"Olive", "Tom"})],
)
def test_the_list_is_narrowed(sign_in, admin_person, owner, teammate, outsider, query, names):
    outsider.is_active = False
    outsider.save()
    page = sign_in(admin_person).get(f"/settings/people/{query}").content.decode()
    assert {name for name in ("Olive", "Tom", "Oscar") if name in page} == names


def test_a_person_gets_another_role_and_team(sign_in, admin_person, owner, north, south):
    role = Role.objects.get(name="support")
    url = f"/settings/people/{owner.pk}/edit/"
    body = {"full_name": "Olive", "role": role.pk, "teams": [south.pk], "version": 1}
    assert sign_in(admin_person).post(url, body).status_code == 302
    owner.refresh_from_db()
    assert owner.role == role and [one.team for one in owner.memberships.all()] == [south]
    assert sign_in(admin_person).post(url, {**body, "full_name": "X"}).status_code == 412


def test_only_roles_within_ones_own_are_offered(sign_in, admin_person, owner):
    page = sign_in(admin_person).get(f"/settings/people/{owner.pk}/edit/").content.decode()
    assert "Support" in page and "Super administrator" not in page and "Auditor" not in page


def test_an_old_session_confirms_itself_first(sign_in_long_ago, admin_person, owner):
    client = sign_in_long_ago(admin_person)
    for page in (f"/settings/people/{owner.pk}/edit/", f"/settings/roles/{owner.role_id}/edit/"):
        assert client.get(page).url.startswith("/accounts/reauthenticate/")
    assert client.get("/settings/people/").status_code == 200


def test_deactivating_asks_for_an_heir_and_hands_over(sign_in, admin_person, owner, teammate, north):
    Customer.objects.create(name="Acme", team=north, owner=owner)
    client, url = sign_in(admin_person), f"/settings/people/{owner.pk}/deactivate/"
    assert b"Customers: <strong>1</strong>" in client.get(url).content
    assert client.post(url, {"what": "hand_over"}).status_code == 422
    assert client.post(url, {"what": "hand_over", "to": teammate.pk}).status_code == 302
    owner.refresh_from_db()
    assert not owner.is_active and Customer.objects.get().owner == teammate
    undo = f"/settings/people/{owner.pk}/hand-over/{HandOver.objects.get().pk}/undo/"
    assert client.post(undo).status_code == 302 and Customer.objects.get().owner == owner
    assert client.post(f"/settings/people/{owner.pk}/reactivate/").status_code == 302


def test_records_can_stay_where_they_are(sign_in, admin_person, owner, north):
    Customer.objects.create(name="Acme", team=north, owner=owner)
    url = f"/settings/people/{owner.pk}/deactivate/"
    assert sign_in(admin_person).post(url, {"what": "leave"}).status_code == 302
    assert Customer.objects.get().owner == owner and not HandOver.objects.exists()


def test_an_heir_outside_the_team_is_refused_in_words(sign_in, admin_person, owner, outsider, north):
    Customer.objects.create(name="Acme", team=north, owner=owner)
    answer = sign_in(admin_person).post(f"/settings/people/{owner.pk}/hand-over/", {"to": outsider.pk})
    assert answer.status_code == 422 and b"is not a member of North" in answer.content


def test_the_last_superadmin_is_told_why_not(sign_in, superadmin):
    answer = sign_in(superadmin).post(f"/settings/people/{superadmin.pk}/deactivate/", {})
    assert answer.status_code == 409 and b"Somebody must stay super administrator" in answer.content


def test_a_team_from_its_creation_to_its_end(sign_in, admin_person, owner, north):
    client = sign_in(admin_person)
    url = client.post("/settings/teams/new/", {"name": "West", "country": "PT"}).url
    assert client.post(f"{url}members/", {"user": owner.pk}).status_code == 302
    assert b"Olive Owner" in client.get(url).content
    assert client.post(f"{url}edit/", {"name": "Far West", "country": "PT", "version": 1}).status_code == 302
    assert client.post(f"{url}members/{owner.pk}/").status_code == 302
    assert client.post(f"{url}delete/").status_code == 302 and not Team.objects.filter(name="Far West").exists()


def test_removing_a_member_hands_over_that_teams_records_only(sign_in, admin_person, owner, teammate, north):
    Customer.objects.create(name="Acme", team=north, owner=owner)
    url = f"/settings/teams/{north.pk}/members/{owner.pk}/"
    assert sign_in(admin_person).post(url, {"what": "hand_over", "to": teammate.pk}).status_code == 302
    assert Customer.objects.get().owner == teammate and not owner.memberships.exists()


def test_a_team_with_records_explains_why_it_stays(sign_in, admin_person, owner, north):
    Customer.objects.create(name="Acme", team=north, owner=owner)
    page = sign_in(admin_person).get(f"/settings/teams/{north.pk}/delete/").content.decode()
    assert "cannot be deleted yet" in page and "<strong>1</strong> customers" in page


def posted(role, **reaches):
    known = {f"grant:{name}": reach for name, reach in role.grants.items()}
    changed = {f"grant:{name.replace('__', ':')}": reach for name, reach in reaches.items()}
    return {"label": role.label, "description": "", "version": role.version, **known, **changed}


def test_a_role_is_changed_after_a_look_at_the_difference(sign_in, admin_person, owner, teammate):
    client, role = sign_in(admin_person), owner.role
    url = f"/settings/roles/{role.pk}/edit/"
    body = posted(role, customers__export="team", customers__write="none", deals__read="own")
    review = client.post(url, body).content.decode()
    assert "This adds 1, removes 2" in review and "affects 2 people" in review
    role.refresh_from_db()
    assert role.version == 1
    assert b"data-dirty" in client.post(url, {**body, "step": "edit"}).content
    assert client.post(url, {**body, "step": "save"}).status_code == 302
    role.refresh_from_db()
    assert role.grants["customers:export"] == "team" and "customers:write" not in role.grants
    assert client.post(url, {**body, "step": "save"}).status_code == 412


def test_a_role_is_copied_no_further_than_ones_own_reach(sign_in, admin_person):
    auditor = Role.objects.get(name="auditor")
    page = sign_in(admin_person).get(f"/settings/roles/new/?from={auditor.pk}").content.decode()
    assert '<option value="team" selected>' in page and '<option value="all" selected>' in page
    body = {"label": "Inspector", "name": "inspector", "grant:audit:read": "team", "step": "save"}
    made = sign_in(admin_person).post("/settings/roles/new/", body)
    assert made.status_code == 302 and Role.objects.get(name="inspector").grants == {"audit:read": "team"}


def test_the_teams_of_a_person_are_offered_and_nothing_beside_them(sign_in, admin_person, owner, north, south):
    page = sign_in(admin_person).get(f"/settings/people/{owner.pk}/edit/").content.decode()
    assert re.findall(r'name="teams" value="([^"]*)"', page) == [str(north.pk), str(south.pk)]


def test_a_role_that_grants_nothing_is_asked_for_a_permission(sign_in, admin_person):
    for step in ("", "save"):
        answer = sign_in(admin_person).post("/settings/roles/new/", {"label": "X", "name": "x", "step": step})
        assert answer.status_code == 422 and "Choose at least one permission." in answer.content.decode()


def test_a_posted_reach_beyond_ones_own_is_refused(sign_in, admin_person):
    body = {"label": "X", "name": "x", "grant:audit:read": "all", "step": "save"}
    assert sign_in(admin_person).post("/settings/roles/new/", body).status_code == 403
    body |= {"grant:audit:read": "everything"}
    assert sign_in(admin_person).post("/settings/roles/new/", body).status_code == 422
    assert not Role.objects.filter(name="x").exists()


def test_the_superadmins_role_is_shown_and_cannot_be_edited(sign_in, superadmin):
    url = f"/settings/roles/{superadmin.role_id}/"
    client = sign_in(superadmin)
    assert b"cannot be changed" in client.get(url).content and client.get(f"{url}edit/").status_code == 404
    client.post(f"{url}delete/")
    assert Role.objects.filter(name="superadmin").exists()


def test_the_access_check_shows_the_chain(sign_in, admin_person, owner, teammate, north):
    customer = Customer.objects.create(name="Acme", team=north, owner=owner)
    base = f"/settings/access/?person={teammate.pk}&permission=customers:delete"
    page = sign_in(admin_person).get(f"{base}&record=/customers/{customer.pk}/edit/").content.decode()
    assert "No: Tom Teammate may not customers:delete" in page and "The owner of the record is Olive Owner." in page
    assert "There is no such record" in sign_in(admin_person).get(f"{base}&record=nothing").content.decode()
    assert sign_in(admin_person).get("/settings/access/?why=1").status_code == 400


def test_people_look_after_their_own_profile(sign_in, owner):
    client = sign_in(owner)
    page = client.get("/accounts/profile/").content.decode()
    assert "Sales representative" in page and "North" in page
    body = {"full_name": "Olivia", "time_zone": "Europe/Berlin", "version": 1}
    assert client.post("/accounts/profile/", body).status_code == 302
    owner.refresh_from_db()
    assert (owner.full_name, owner.time_zone) == ("Olivia", "Europe/Berlin")
    assert client.post("/accounts/profile/", {**body, "full_name": "X"}).status_code == 412
    assert client.post("/accounts/profile/", {**body, "time_zone": "Mars/Olympus"}).status_code == 422


def test_programs_are_not_among_the_people(sign_in, admin_person):
    User.objects.create_user("robot@service.invalid", full_name="Robot", is_service=True)
    assert b"Robot" not in sign_in(admin_person).get("/settings/people/").content
