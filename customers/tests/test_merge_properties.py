"""Whatever the records and whatever points to them: a merge undone leaves every field of every row as it was."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.actors import actor_for
from customers.merging.addresses import PARTS, addresses_of
from customers.models import Consent, Contact, Customer, Label, LabelAssignment, Lead, Note
from customers.services import merge_undo
from customers.services.hierarchy import level_anew
from customers.services.merges import MERGES
from customers.tests.state import state
from deals.models import Activity, Deal, DealContact, Stage

pytestmark = pytest.mark.django_db
EMPTY_ADDRESS = dict.fromkeys(("label", *PARTS), "")
SIZE = 4
INDEX = st.integers(0, SIZE - 1)
SOME = st.lists(INDEX, max_size=6)
PAIRS = st.lists(st.tuples(INDEX, INDEX), max_size=8)
TEXT = st.sampled_from(["", "a", "b", "Straße", "-"])
STATUS = st.sampled_from(["granted", "withdrawn", "unknown"])
PLACE = st.tuples(st.sampled_from(["", "Storgatan 1", "Hauptstr. 2"]), st.sampled_from(["", "Kiel", "Umeå"]))
ADDRESS = st.tuples(PLACE, PLACE)
GRAPH = st.fixed_dictionaries(
    {
        "texts": st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=SIZE, max_size=SIZE),
        "parents": st.lists(st.one_of(st.none(), INDEX), min_size=SIZE, max_size=SIZE),
        "superiors": st.lists(st.one_of(st.none(), INDEX), min_size=SIZE, max_size=SIZE),
        "addresses": st.lists(ADDRESS, min_size=SIZE, max_size=SIZE),
        "marks": st.lists(st.booleans(), min_size=SIZE, max_size=SIZE),
        "at_customers": st.lists(st.one_of(st.none(), INDEX), min_size=SIZE, max_size=SIZE),
        "labels": PAIRS, "notes": PAIRS, "roles": PAIRS, "attendances": PAIRS, "deals": SOME, "leads": SOME,
        "consents": st.lists(st.tuples(INDEX, st.sampled_from(["email", "post"]), STATUS), max_size=5),
        "order": st.permutations(range(SIZE)),
    }
)  # fmt: skip
MERGED = st.lists(
    st.tuples(st.sampled_from([Customer, Contact, Lead]), INDEX, INDEX, st.booleans()), min_size=1, max_size=4
)


def build(graph, team):
    """Parents and superiors come later in `order`, so that there is no circle."""
    own, order = {"team": team}, graph["order"]
    customers = [
        Customer.objects.create(name=f"C{i}", industry=a, description=b, external_id=f"{c}{i}" if c else "", **own)
        for i, (a, b, c) in enumerate(graph["texts"])
    ]
    contacts = [
        Contact.objects.create(last_name=f"P{i}", title=a, description=c, do_not_call=mark, **own)
        for i, ((a, _b, c), mark) in enumerate(zip(graph["texts"], graph["marks"], strict=True))
    ]
    leads = [Lead.objects.create(last_name=f"L{i}", title=b, **own) for i, (_a, b, _c) in enumerate(graph["texts"])]
    for rows, name, wanted in ((customers, "parent", "parents"), (contacts, "reports_to", "superiors")):
        for i, above in enumerate(graph[wanted]):
            if above is not None and order.index(above) < order.index(i):
                type(rows[i]).objects.filter(pk=rows[i].pk).update(**{name: rows[above]})
    for customer, contact, (first, second) in zip(customers, contacts, graph["addresses"], strict=True):
        _settle(customer, contact, first, second)
    for customer in Customer.objects.filter(parent=None):
        level_anew(customer)
    for contact, at in zip(contacts, graph["at_customers"], strict=True):
        Contact.objects.filter(pk=contact.pk).update(customer=None if at is None else customers[at])
    _belongings(graph, own, customers, contacts, leads)
    return {Customer: customers, Contact: contacts, Lead: leads}


def _settle(customer, contact, first, second):
    customer.billing_street, customer.billing_city = contact.street, contact.city = first
    customer.shipping_street, customer.shipping_city = second
    customer.further_addresses = [{**EMPTY_ADDRESS, "street": "Box 3"}] if first == second else []
    customer.save()
    contact.save()


def _belongings(graph, own, customers, contacts, leads):
    stage = Stage.objects.order_by("position").first()
    labels = [Label.objects.create(name=str(i), **own) for i in range(SIZE)]
    deals = [
        Deal.objects.create(name="D", pipeline=stage.pipeline, stage=stage, customer=customers[i], **own)
        for i in graph["deals"]
    ]
    meetings = [Activity.objects.create(type="meeting", subject="M", lead=leads[i], **own) for i in graph["leads"]]
    for a, b in set(graph["labels"]):
        LabelAssignment.objects.create(label=labels[a], customer=customers[b])
    for a, b in graph["notes"]:
        Note.objects.create(body="n", customer=customers[a], contact=contacts[b], **own)
    for a, b in {(a, b) for a, b in graph["roles"] if a < len(deals)}:
        DealContact.objects.create(deal=deals[a], contact=contacts[b], role="evaluator")
    for a, b in {(a, b) for a, b in graph["attendances"] if a < len(meetings)}:
        meetings[a].attendees.add(contacts[b])
    for person, channel, status in graph["consents"]:
        basis = "consent" if status == "granted" else ""
        Consent.objects.create(contact=contacts[person], channel=channel, status=status, lawful_basis=basis)


@settings(
    max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(graph=GRAPH, merges=MERGED)
def test_a_merge_undone_leaves_no_trace_in_any_field(superadmin, north, graph, merges):
    actor = actor_for(superadmin)
    with transaction.atomic():
        rows = build(graph, north)
        done = []
        for model, a, b, takes_other in merges:
            there = list(model.objects.filter(pk__in=[rows[model][a].pk, rows[model][b].pk]))
            if len(there) < 2:
                continue
            before = state()
            fields = {"title": "other"} if takes_other and model is not Customer else {}
            done.append((MERGES[model](actor, there[0].pk, there[1].pk, fields=fields), before))
        for merge, before in reversed(done):
            merge_undo(actor, merge.pk)
            assert state() == before
        transaction.set_rollback(True)


def held(record):
    return [{part: row[part] for part in PARTS} for row in (*addresses_of(record), *record.further_addresses)]


@settings(
    max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    graph=GRAPH,
    model=st.sampled_from([Customer, Contact]),
    chosen=st.lists(st.sampled_from(["this", "other"]), min_size=4),
)
def test_every_address_of_both_is_on_the_record_that_stays(superadmin, north, graph, model, chosen):
    names = ("billing_street", "billing_city", "shipping_street") if model is Customer else ("street", "city")
    with transaction.atomic():
        winner, loser = build(graph, north)[model][:2]
        before = [*held(winner), *held(loser)]
        MERGES[model](actor_for(superadmin), winner.pk, loser.pk, fields=dict(zip(names, chosen, strict=False)))
        after = held(model.objects.get(pk=winner.pk))
        for row in before:
            assert any(all(one[part] == text for part, text in row.items() if text) for one in after), (row, after)
        transaction.set_rollback(True)
