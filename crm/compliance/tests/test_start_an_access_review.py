"""Starting an access review: who may, over whom, and what it freezes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import actor_for
from accounts.administration import member_add, user_update
from accounts.models import Role, User
from auditlog.models import AuditEvent
from crm.compliance.models import AccessReview
from crm.compliance.reviews import review_start
from crm.core.errors import Conflict, Forbidden, Invalid

pytestmark = pytest.mark.django_db


def start(person, due, **values):
    values = {"name": "Spring", "due_on": due, "reviewers": User.objects.filter(role__name="superadmin"), **values}
    return review_start(actor_for(person), **values)


def reads(queries):
    return sum(query["sql"].startswith("SELECT") for query in queries)


def codes(refusal):
    return [(detail["field"], detail["code"]) for detail in refusal.value.details]


def test_it_lists_role_team_key_and_application_of_everybody_in_scope(review, owner, granted):
    had = {(item.kind, item.label) for item in review.items.filter(person_id=owner.pk)}
    assert had == {
        ("role", "Sales manager"),
        ("membership", "North"),
        ("api_key", "Nightly export"),
        ("oauth_grant", "Mail plug-in"),
    }


def test_each_item_says_since_when_and_by_whom(review, item_of, owner, granted):
    role, key, grant = (item_of(owner, kind) for kind in ("role", "api_key", "oauth_grant"))
    event = AuditEvent.objects.get(action="users.updated", object_id=str(owner.pk))
    assert (role.granted_by, role.granted_at) == ("Sue Super", event.at)
    assert (key.granted_by, key.granted_at) == ("Olive Owner", granted["key"].created_at)
    assert (grant.granted_by, grant.granted_at) == ("Olive Owner", granted["family"].started_at)


def test_a_team_says_who_added_the_person(admin, superadmin, outsider, north, due):
    member_add(actor_for(admin), north.pk, outsider)
    review = start(superadmin, due, scope="team", team=north, reviewers=[admin, superadmin])
    assert review.items.get(person_id=outsider.pk, label="North").granted_by == "Ada Admin"


def test_what_was_before_the_trail_was_granted_by_nobody_known(review, item_of, teammate):
    assert item_of(teammate, "role").granted_by == ""
    assert item_of(teammate, "role").granted_at == teammate.created_at


def test_a_scope_of_privileged_roles_leaves_everybody_else_out(superadmin, admin, auditor, owner, due):
    review = start(superadmin, due, scope="privileged", reviewers=[superadmin, auditor])
    assert set(review.items.values_list("person_label", flat=True)) == {"Sue Super", "Ada Admin", "Audrey Auditor"}


def test_people_who_are_deactivated_have_nothing_to_review(superadmin, auditor, teammate, due):
    User.objects.filter(pk=teammate.pk).update(is_active=False)
    assert not start(superadmin, due, reviewers=[superadmin, auditor]).items.filter(person_id=teammate.pk).exists()


def test_a_later_change_does_not_reach_the_snapshot(review, item_of, superadmin, owner):
    user_update(actor_for(superadmin), owner.pk, role=Role.objects.get(name="read_only"), full_name="Somebody Else")
    Role.objects.filter(name="sales_manager").update(grants={})
    item = item_of(owner, "role")
    assert (item.person_label, item.label) == ("Olive Owner", "Sales manager")
    review.refresh_from_db()
    assert review.roles[item.target_id]["customers:read"] == "team"


@pytest.mark.parametrize("role", ["sales_manager", "sales_rep", "support", "read_only"])
def test_who_may_not_write_compliance_starts_nothing(make_user, north, superadmin, due, role):
    with pytest.raises(Forbidden):
        start(make_user("somebody@north.example", role, (north,)), due)
    assert not AccessReview.objects.exists()


@pytest.mark.parametrize("role", ["superadmin", "admin", "auditor"])
def test_administrators_and_auditors_start_one(make_user, north, superadmin, auditor, due, role):
    person = make_user("starter@north.example", role, (north,))
    assert start(person, due, reviewers=[superadmin, auditor]).started_by_label == "starter@north.example"


def test_a_reach_over_one_s_teams_reviews_those_alone(make_user, superadmin, auditor, north, south, due):
    Role.objects.create(name="lead", label="Lead", grants={"compliance:write": "team", "compliance:read": "team"})
    person = make_user("lead@north.example", "lead", (north,))
    with pytest.raises(Forbidden):
        start(person, due, reviewers=[superadmin, auditor])
    with pytest.raises(Invalid):
        start(person, due, scope="team", team=south, reviewers=[superadmin, auditor])
    assert start(person, due, scope="team", team=north, reviewers=[superadmin, auditor]).team == north


def test_a_reviewer_must_be_able_to_decide(superadmin, owner, due):
    with pytest.raises(Invalid) as refusal:
        start(superadmin, due, reviewers=[superadmin, owner])
    assert codes(refusal) == [("reviewers", "invalid_reviewer")]


def test_one_reviewer_alone_must_not_be_in_scope(superadmin, make_user, north, due):
    with pytest.raises(Invalid) as refusal:
        start(superadmin, due, reviewers=[superadmin])
    assert codes(refusal) == [("reviewers", "second_reviewer")]


def test_it_is_due_on_a_day_to_come(superadmin, auditor):
    with pytest.raises(Invalid) as refusal:
        start(superadmin, timezone.localdate() - timedelta(days=1), reviewers=[superadmin, auditor])
    assert codes(refusal) == [("due_on", "out_of_bounds")]


def test_a_name_is_taken_once(review, superadmin, auditor, due):
    with pytest.raises(Conflict):
        start(superadmin, due, name=review.name, reviewers=[superadmin, auditor])


def test_the_trail_says_who_started_it_over_what(review):
    event = AuditEvent.objects.get(action="access_reviews.started")
    assert (event.actor_label, event.object_label) == ("Ada Admin", "North, spring")
    assert '"items":[null,12]' in event.changes


def test_two_hundred_people_cost_as_many_queries_as_two(superadmin, auditor, make_user, north, due):

    with CaptureQueriesContext(connection) as few:
        start(superadmin, due, name="Few", reviewers=[superadmin, auditor])
    role = Role.objects.get(name="sales_rep")
    User.objects.bulk_create(User(email=f"p{n}@north.example", password="!", role=role) for n in range(200))
    with CaptureQueriesContext(connection) as many:
        start(superadmin, due, name="Many", reviewers=[superadmin, auditor])
    assert reads(many) == reads(few)
