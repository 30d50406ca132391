"""People, teams and roles in the API: what administrators may, and what colleagues may not."""

import pytest

from accounts.models import HandOver, Role, Team, User
from auditlog.models import SecurityEvent
from customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_person(make_user, north):
    return make_user("admin@north.example", role="admin", teams=(north,))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "users", {"email": "x@y.example"}),
        ("patch", "users/{owner}", {"full_name": "X"}),
        ("post", "users/{owner}/deactivate", {}),
        ("post", "users/{owner}/reactivate", {}),
        ("post", "users/{owner}/hand-over", {}),
        ("get", "users/{owner}/holdings", None),
        ("get", "users/{owner}/access", None),
        ("post", "teams", {"name": "X"}),
        ("patch", "teams/{north}", {"name": "X"}),
        ("delete", "teams/{north}", None),
        ("post", "teams/{north}/members", {}),
        ("delete", "teams/{north}/members/{owner}", None),
        ("post", "roles", {"name": "x", "label": "X"}),
        ("patch", "roles/{role}", {"label": "X"}),
        ("delete", "roles/{role}", None),
    ],
)
def test_a_colleague_changes_nobody(api, teammate, owner, north, method, path, body):
    address = path.format(owner=owner.pk, north=north.pk, role=owner.role_id)
    assert getattr(api(teammate), method)(address, body).status_code == 403
    assert (User.objects.count(), Team.objects.count(), Role.objects.count()) == (2, 1, 8)


def test_a_person_is_created_changed_and_deactivated(api, admin_person, north, south):
    me = api(admin_person)
    role = Role.objects.get(name="sales_rep")
    body = {"email": "new@north.example", "full_name": "New", "role": str(role.pk), "teams": [str(north.pk)]}
    made = me.post("users", body)
    assert made.status_code == 201 and made.json()["teams"] == [str(north.pk)], made.content
    person = f"users/{made.json()['id']}"
    moved = me.patch(person, {"teams": [str(south.pk)]}, **{"If-Match": made["ETag"]})
    assert moved.json()["teams"] == [str(south.pk)]
    gone = me.post(f"{person}/deactivate", {})
    assert (gone.status_code, gone.json()["is_active"]) == (200, False)
    assert me.post(f"{person}/deactivate", {}).json()["error"]["code"] == "already_inactive"
    assert me.post(f"{person}/reactivate").json()["is_active"] is True
    assert me.post(f"{person}/reactivate").json()["error"]["code"] == "already_active"


def test_a_stale_change_is_refused(api, admin_person, owner):
    assert api(admin_person).patch(f"users/{owner.pk}", {"full_name": "X"}, **{"If-Match": '"9"'}).status_code == 412
    assert api(admin_person).post(f"users/{owner.pk}/deactivate", {}, **{"If-Match": '"9"'}).status_code == 412


def test_being_active_is_changed_by_its_own_action_alone(api, admin_person, owner):
    answer = api(admin_person).patch(f"users/{owner.pk}", {"is_active": False})
    assert answer.status_code == 422 and answer.json()["error"]["details"][0]["code"] == "unknown_field"


def test_an_old_session_is_asked_to_sign_in_again(api, sign_in_long_ago, admin_person, owner):
    me = api(admin_person)
    me.client = sign_in_long_ago(admin_person)
    refused = me.patch(f"roles/{owner.role_id}", {"label": "X"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "reauthentication_required")
    assert me.get("roles").status_code == 200


def test_records_are_handed_over_and_taken_back(api, superadmin, owner, teammate, north):
    Customer.objects.create(name="Acme", team=north, owner=owner)
    me = api(superadmin)
    assert me.get(f"users/{owner.pk}/holdings").json()["results"] == [{"kind": "customers", "count": 1, "beyond": 0}]
    assert me.post(f"users/{owner.pk}/hand-over", {}).status_code == 422
    done = me.post(f"users/{owner.pk}/hand-over", {"to": str(teammate.pk), "team": str(north.pk)}).json()
    assert done["moved"] == {"customers": 1} and Customer.objects.get().owner == teammate
    undo = f"hand-over/{done['id']}/undo"
    assert me.post(f"users/{teammate.pk}/{undo}").status_code == 404
    assert me.post(f"users/{owner.pk}/{undo}").json() == {"restored": 1}
    assert Customer.objects.get().owner == owner


def test_deactivating_names_who_takes_over(api, superadmin, owner, teammate, outsider, north):
    Customer.objects.create(name="Acme", team=north, owner=owner)
    refused = api(superadmin).post(f"users/{owner.pk}/deactivate", {"heirs": {"customers": str(outsider.pk)}})
    assert refused.status_code == 422 and not HandOver.objects.exists()
    assert api(superadmin).post(f"users/{owner.pk}/deactivate", {"to": str(teammate.pk)}).status_code == 200
    assert Customer.objects.get().owner == teammate


def test_teams_and_their_members(api, superadmin, owner, south):
    me = api(superadmin)
    team = me.post("teams", {"name": "West", "country": "PT"}).json()
    members = f"teams/{team['id']}/members"
    assert [one["email"] for one in me.post(members, {"user": str(owner.pk)}).json()["results"]] == [owner.email]
    assert me.delete(f"{members}/{owner.pk}").status_code == 204
    assert me.delete(f"{members}/{owner.pk}").status_code == 404
    assert me.get(members).json()["results"] == []
    assert me.delete(f"teams/{team['id']}").status_code == 204


def test_a_team_with_records_stays_and_says_why(api, superadmin, owner, north):
    Customer.objects.create(name="Acme", team=north, owner=owner)
    refused = api(superadmin).delete(f"teams/{north.pk}").json()["error"]
    assert refused["code"] == "team_has_records" and "1 customers" in refused["message"]
    assert north.memberships.count() == 2


def test_a_role_is_created_widened_and_deleted_when_nobody_has_it(api, superadmin, owner):
    me = api(superadmin)
    role = me.post("roles", {"name": "night", "label": "Night shift", "grants": {"customers:read": "own"}}).json()
    wider = me.patch(f"roles/{role['id']}", {"grants": {"customers:read": "team"}})
    assert wider.json()["grants"] == {"customers:read": "team"}
    assert SecurityEvent.objects.get().kind == "role.widened"
    owner.role_id = role["id"]
    owner.save()
    assert me.delete(f"roles/{role['id']}").json()["error"]["code"] == "role_in_use"
    owner.role = Role.objects.get(name="sales_rep")
    owner.save()
    assert me.delete(f"roles/{role['id']}").status_code == 204


def test_the_superadmins_role_is_fixed(api, superadmin):
    path = f"roles/{superadmin.role_id}"
    for answer in (api(superadmin).patch(path, {"label": "X"}), api(superadmin).delete(path)):
        assert answer.json()["error"]["code"] == "built_in_role"


@pytest.mark.parametrize("act", ["patch", "delete", "post"])
def test_an_administrator_reaches_no_role_above_their_own(api, admin_person, act):
    auditor = Role.objects.get(name="auditor")
    body = {"name": "x", "label": "X", "grants": {"audit:read": "all"}}
    path = "roles" if act == "post" else f"roles/{auditor.pk}"
    answer = getattr(api(admin_person), act)(path, body if act == "post" else {"label": "X"})
    assert answer.json()["error"]["code"] == "beyond_own_grants"


def test_the_access_check_answers_in_words(api, superadmin, owner, outsider, north):
    customer = Customer.objects.create(name="Acme", team=north, owner=owner)
    ask = f"users/{outsider.pk}/access?permission=customers:read&record={customer.pk}"
    answer = api(superadmin).get(ask).json()
    assert (answer["allowed"], answer["status"]) == (False, 404)
    assert answer["steps"][-1] == {
        "holds": False,
        "text": "The record belongs to team North; Oscar Outsider is in South.",
    }


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("?permission=customers:fly", 422),
        ("?permission=customers:read&record=nothing", 422),
        ("?permission=customers:read&credential=key:1", 422),
        ("?permission=customers:read&why=1", 400),
        ("?permission=customers:read", 200),
    ],
)
def test_the_access_check_refuses_nonsense(api, superadmin, owner, query, status):
    assert api(superadmin).get(f"users/{owner.pk}/access{query}").status_code == status
