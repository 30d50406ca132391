"""The steps of a write: who may fetch for a change, what is checked, what counts as a change."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core import changes
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(north, owner):
    return Customer.objects.create(name="Acme", team=north, owner=owner)


@pytest.mark.parametrize("pk", ["not-an-id", "0", "01890000-0000-7000-8000-000000000000", "'; DROP TABLE"])
def test_what_is_not_there_is_not_found(pk, as_actor, owner, acme):
    with pytest.raises(NotFound):
        changes.fetch_locked(Customer, as_actor(owner), "write", pk)


def test_what_is_invisible_is_not_found_and_what_is_visible_is_forbidden(as_actor, make_user, outsider, north, acme):
    reader = make_user("reader@north.example", role="read_only", teams=(north,))
    with pytest.raises(NotFound):
        changes.fetch_locked(Customer, as_actor(outsider), "write", acme.pk)
    with pytest.raises(Forbidden):
        changes.fetch_locked(Customer, as_actor(reader), "write", acme.pk)


def test_another_version_is_stale(as_actor, owner, acme):
    with pytest.raises(Stale):
        changes.fetch_locked(Customer, as_actor(owner), "write", acme.pk, version=2)


def test_a_change_answers_before_and_after_and_counts_the_version(as_actor, owner, acme):
    changed = changes.change_record(acme, as_actor(owner), {"name": " Acme Corp ", "status": "prospect"})
    assert changed == {"name": ("Acme", "Acme Corp")}
    acme.refresh_from_db()
    assert (acme.version, acme.search_text) == (2, "acme corp")


def test_no_change_writes_nothing(as_actor, owner, acme):
    actor = as_actor(owner)
    with CaptureQueriesContext(connection) as asked:
        assert changes.change_record(acme, actor, {"name": "Acme"}) == {}
    assert all(query["sql"].startswith("SELECT") for query in asked)
    assert acme.version == 1


def test_a_link_to_another_teams_record_is_unknown(as_actor, owner, south, acme):
    theirs = Customer.objects.create(name="Theirs", team=south)
    with pytest.raises(Invalid) as refusal:
        changes.change_record(acme, as_actor(owner), {"parent": theirs})
    assert refusal.value.details[0]["code"] == "unknown_reference"


def test_a_record_cannot_be_moved_into_a_team_one_cannot_write_to(as_actor, owner, south, acme):
    with pytest.raises(Forbidden):
        changes.change_record(acme, as_actor(owner), {"team": south})
    acme.refresh_from_db()
    assert acme.team_id != south.pk


def test_a_record_without_any_team_is_refused(as_actor, make_user):
    drifter = make_user("drifter@north.example", role="sales_rep")
    with pytest.raises(Invalid):
        changes.create_record(Customer(), as_actor(drifter), {"name": "Nowhere"})
    assert not Customer.objects.exists()


def test_a_record_does_not_leave_its_team_while_others_there_belong_to_it(as_actor, make_user, north, south, acme):
    manager = make_user("manager@vouch.example", role="sales_manager", teams=(north, south))
    child = Customer.objects.create(name="Acme Labs", team=north, parent=acme)
    with pytest.raises(Conflict) as refusal:
        changes.change_record(acme, as_actor(manager), {"team": south, "owner": None})
    assert refusal.value.code == "linked_in_team"
    child.delete()
    acme.refresh_from_db()
    assert "team" in changes.change_record(acme, as_actor(manager), {"team": south, "owner": None})


@pytest.mark.parametrize(
    ("role", "given_to", "allowed"),
    [
        ("sales_rep", "teammate", True),
        ("support", "teammate", False),
        ("support", "nobody", False),
        ("support", "themselves", True),
        ("support", "whoever has it", True),
    ],
)
def test_giving_a_record_away_takes_the_right_to_assign(
    role, given_to, allowed, as_actor, make_user, owner, teammate, north, acme
):
    giver = make_user("giver@north.example", role=role, teams=(north,))
    people = {"teammate": teammate, "nobody": None, "themselves": giver, "whoever has it": owner}
    if allowed:
        changes.change_record(acme, as_actor(giver), {"owner": people[given_to]})
        return
    with pytest.raises(Forbidden):
        changes.change_record(acme, as_actor(giver), {"owner": people[given_to]})
    acme.refresh_from_db()
    assert acme.owner == owner
