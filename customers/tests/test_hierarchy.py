"""The tree of customers: moves, levels, circles, sums, and what one cannot see."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.actors import actor_for
from crm.core.errors import Conflict, Invalid
from customers import services
from customers.models import Contact, Customer
from customers.tree import LEVELS, group_of, sums_of
from deals.models import Deal, Stage

pytestmark = pytest.mark.django_db


def customer(team, name, parent=None):
    level = parent.account_level + 1 if parent else 0
    return Customer.objects.create(name=name, team=team, parent=parent, account_level=level)


@pytest.fixture
def group(north):
    """top → (left → leaf, right)"""
    top = customer(north, "Top")
    left, right = customer(north, "Left", top), customer(north, "Right", top)
    return top, left, right, customer(north, "Leaf", left)


def levels():
    return dict(Customer.objects.values_list("name", "account_level"))


def test_a_moved_subtree_gets_its_levels(actor, group):
    _top, left, right, _leaf = group
    services.customer_update(actor, left.pk, parent=right)
    assert levels() == {"Top": 0, "Right": 1, "Left": 2, "Leaf": 3}
    services.customer_update(actor, left.pk, parent=None)
    assert levels() == {"Top": 0, "Right": 1, "Left": 0, "Leaf": 1}


def refused(actor, moved, parent, code):
    before = list(Customer.objects.order_by("pk").values_list("parent", "account_level"))
    with pytest.raises(Invalid) as refusal:
        services.customer_update(actor, moved.pk, parent=parent)
    assert refusal.value.details[0]["code"] == code
    assert list(Customer.objects.order_by("pk").values_list("parent", "account_level")) == before


def test_no_circle(actor, group):
    top, left, _right, leaf = group
    for parent in (left, leaf):
        refused(actor, top, parent, "cycle")


def test_ten_levels_and_no_more(actor, north):
    line = [customer(north, "0")]
    while len(line) < LEVELS:
        line.append(services.customer_create(actor, name=str(len(line)), parent=line[-1]))
    with pytest.raises(Invalid) as refusal:
        services.customer_create(actor, name="Too deep", parent=line[-1])
    assert refusal.value.details[0]["code"] == "too_deep"
    refused(actor, line[0], customer(north, "Above"), "too_deep")


def test_what_others_are_below_is_neither_archived_nor_deleted(manager, as_actor, group):
    top, left, right, leaf = group
    boss = as_actor(manager)
    for act in (services.customer_archive, services.customer_delete):
        with pytest.raises(Conflict) as refusal:
            act(boss, top.pk)
        assert refusal.value.code == "has_children"
    change = services.records_archive(boss, Customer, [top.pk, left.pk, leaf.pk])
    assert set(change.before) == {str(left.pk), str(leaf.pk)}
    assert len(services.records_archive(boss, Customer, [top.pk, right.pk]).before) == 2


def deal(team, customer, amount, **more):
    stage = Stage.objects.order_by("position").first()
    own = {"team": team, "customer": customer, "pipeline": stage.pipeline, "stage": stage}
    return Deal.objects.create(name="D", amount=amount, currency="EUR", **own, **more)


def test_sums_of_the_whole_group_as_far_as_one_sees_it(actor, outsider, north, group):
    top, left, _right, leaf = group
    Contact.objects.create(last_name="C", customer=leaf, team=north)
    deal(north, leaf, Decimal(100))
    deal(north, top, Decimal(20))
    Customer.objects.filter(name="Right").update(is_canary=True)
    found = {one.name: one.value for one in sums_of(actor, top)}
    assert (found["customers_below"], found["contacts"]) == (2, 1)
    assert found["open_pipeline"] == [{"currency": "EUR", "amount": Decimal(120), "deals": 2}]
    assert group_of(actor, left.pk).count() == 2
    assert group_of(actor_for(outsider), top.pk).count() == 0


def test_the_sums_take_as_many_statements_for_many_as_for_few(actor, north, group, django_assert_num_queries):
    Customer.objects.bulk_create(
        Customer(name=str(n), team=north, parent=group[1], account_level=2) for n in range(200)
    )
    with django_assert_num_queries(3):
        assert sums_of(actor, group[0])[0].value == 203


def test_the_list_and_the_api_are_narrowed_to_a_tree(api, owner, group):
    top, left, _right, leaf = group
    found = api(owner).get(f"customers?tree={left.pk}").json()["results"]
    assert {one["id"] for one in found} == {str(left.pk), str(leaf.pk)}
    assert api(owner).get(f"customers/{top.pk}/group").json()["customers_below"] == 3
    below = api(owner).get(f"customers/{top.pk}/children").json()["results"]
    assert [one["name"] for one in below] == ["Left", "Right"]


def test_the_page_shows_the_line_above_and_opens_a_branch_when_asked(sign_in, owner, outsider, group):
    top, left, right, leaf = group
    client = sign_in(owner)
    assert f"/customers/{top.pk}/tree/" in client.get(f"/customers/{top.pk}/").content.decode()
    shown = client.get(f"/customers/{top.pk}/tree/").content.decode()
    assert "Left" in shown and "Leaf" not in shown and f"/customers/{left.pk}/tree/?below=1" in shown
    assert f"/customers/{right.pk}/tree/?below=1" not in shown
    assert "Leaf" in client.get(f"/customers/{left.pk}/tree/?below=1").content.decode()
    assert "Top" in client.get(f"/customers/{leaf.pk}/tree/").content.decode()
    assert "not counted" in client.get(f"/customers/{top.pk}/group/").content.decode()
    assert sign_in(outsider).get(f"/customers/{top.pk}/tree/").status_code == 404


def test_a_move_by_the_form_offers_an_undo_that_puts_it_back(sign_in, owner, group):
    top, left, right, _leaf = group
    client = sign_in(owner)
    form = {"name": "Left", "kind": "organization", "status": "prospect", "customer_type": "customer", "version": 1}
    sent = {**form, "team": str(left.team_id), "owner": "", "parent": str(right.pk)}
    answer = client.post(f"/customers/{left.pk}/edit/", sent, follow=True)
    undo = f"/customers/{left.pk}/move/?parent={top.pk}"
    assert undo in answer.content.decode()
    left.refresh_from_db()
    assert left.parent == right
    client.post(undo)
    left.refresh_from_db()
    assert left.parent == top and levels()["Leaf"] == 2


INDEX = st.integers(0, 5)


@settings(
    max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(st.tuples(INDEX, st.one_of(st.none(), INDEX)), min_size=1, max_size=12))
def test_whatever_is_moved_there_is_no_circle_levels_are_true_and_an_undo_puts_it_back(superadmin, north, moves):
    boss = actor_for(superadmin)
    Customer.objects.all().delete()
    rows = [customer(north, str(n)) for n in range(6)]
    for moved, target in moves:
        before = list(Customer.objects.order_by("pk").values_list("parent", "account_level"))
        parent_before = Customer.objects.get(pk=rows[moved].pk).parent
        try:
            services.customer_update(boss, rows[moved].pk, parent=None if target is None else rows[target])
        except Invalid:
            assert list(Customer.objects.order_by("pk").values_list("parent", "account_level")) == before
            continue
        after = list(Customer.objects.order_by("pk").values_list("parent", "account_level"))
        services.customer_update(boss, rows[moved].pk, parent=parent_before)
        assert list(Customer.objects.order_by("pk").values_list("parent", "account_level")) == before
        services.customer_update(boss, rows[moved].pk, parent=None if target is None else rows[target])
        assert list(Customer.objects.order_by("pk").values_list("parent", "account_level")) == after
        assert all(one.account_level == depth(one) for one in Customer.objects.all())
    Customer.objects.update(parent=None)


def depth(one):
    steps = 0
    while one.parent is not None:
        one, steps = one.parent, steps + 1
        assert steps < LEVELS
    return steps
