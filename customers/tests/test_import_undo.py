"""A whole import is taken back: what it made goes, what it changed returns, what changed since is left and listed."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditlog.models import AuditEvent
from crm.outbox.draining import drain
from crm.transfer import running, services, undoing
from crm.transfer.driving import IMPORTS
from crm.transfer.errors import WrongState
from crm.transfer.models import ImportChunk, ImportConflict, ImportedUpdate, ImportRun
from customers.models import Contact, Customer, Label, LabelAssignment
from customers.services import contact_update, note_create
from customers.tests.import_files import as_csv, import_text, undone
from deals.models import Deal, StageChange

pytestmark = pytest.mark.django_db
HEADINGS = ["First name", "Last name", "Email", "Phone", "Birthday", "Company", "Id"]
COUNTED = ("version", "updated_at")


def state(*models: Any) -> dict[str, list[dict[str, Any]]]:
    """Everything stored, but for the counters of changes."""
    found = {}
    for model in models:
        rows = model.objects.order_by("pk").values()
        found[model.__name__] = [{key: value for key, value in row.items() if key not in COUNTED} for row in rows]
    return found


def people(*rows: str) -> str:
    return as_csv(HEADINGS, [[*row.split("|"), *[""] * 7][:7] for row in rows])


@pytest.fixture
def actor(as_actor, owner):
    return as_actor(owner)


@pytest.fixture
def known(actor, owner, north):
    acme = Customer.objects.create(name="Acme", team=north, owner=owner)
    return Contact.objects.create(
        first_name="Åsa", last_name="Berg", email="asa@berg.example", phone="+4681234567", customer=acme, team=north,
        owner=owner,
    )  # fmt: skip


def both(actor, *rows):
    return import_text(actor, people(*rows), {"mode": "both"}, resource="contacts")


def test_what_it_made_is_gone_and_what_it_changed_is_as_before(actor, known):
    before = state(Contact, Customer)
    run = both(actor, "Eva|Berg|asa@berg.example|+46701234567|1980-02-03|New AB", "Bo|Ek|bo@ek.example|||New AB")
    assert (run.created_count, run.updated_count, Customer.objects.count()) == (1, 1, 2)
    assert known.customer_id != Contact.objects.get(pk=known.pk).customer_id
    run = undone(actor, run)
    assert state(Contact, Customer) == before
    assert (run.removed_count, run.restored_count, run.conflicts.count()) == (2, 1, 0)


def test_every_step_back_leaves_its_event_by_who_did_it(actor, owner, known):
    run = undone(actor, both(actor, "Eva|Berg|asa@berg.example", "Bo|Ek|bo@ek.example"))
    events = AuditEvent.objects.filter(trace_id=f"undo-{run.pk}")
    assert sorted(events.values_list("action", flat=True)) == ["contacts.deleted", "contacts.updated", "imports.undone"]
    assert set(events.values_list("actor_id", flat=True)) == {owner.pk}


def test_what_a_colleague_changed_since_is_left_and_another_field_is_kept(actor, known):
    run = both(actor, "Eva|Bergman|asa@berg.example")
    contact_update(actor, known.pk, last_name="Bergqvist", title="CTO")
    run = undone(actor, run)
    known.refresh_from_db()
    assert (known.first_name, known.last_name, known.title) == ("Åsa", "Bergqvist", "CTO")
    conflict = run.conflicts.get()
    assert (conflict.kind, conflict.details) == ("edited", {"last_name": ["Bergman", "Bergqvist", "Berg"]})
    undoing.conflict_take_back(actor, conflict.pk)
    known.refresh_from_db()
    assert (known.last_name, known.title) == ("Berg", "CTO")
    with pytest.raises(WrongState):
        undoing.conflict_take_back(actor, conflict.pk)


def test_a_new_record_that_was_changed_stays_until_a_person_says_so(actor, sign_in, owner):
    run = both(actor, "Bo|Ek|bo@ek.example", "Ida|Alm|ida@alm.example")
    contact_update(actor, Contact.objects.get(email="bo@ek.example").pk, title="CTO")
    run = undone(actor, run)
    assert [str(one) for one in Contact.objects.all()] == ["Bo Ek"]
    client = sign_in(owner)
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "Left alone" in page and "Bo Ek" in page and "Take back" in page
    client.post(f"/imports/{run.pk}/conflicts/{run.conflicts.get().pk}/")
    assert not Contact.objects.exists() and run.conflicts.get().choice == "taken_back"


def test_what_is_used_since_stays_and_says_by_what(actor, owner, north):
    run = both(actor, "Bo|Ek|bo@ek.example|||New AB")
    note_create(actor, customer=Customer.objects.get(), body="Called them")
    run = undone(actor, run)
    assert not Contact.objects.exists() and Customer.objects.get().name == "New AB"
    conflict = run.conflicts.get()
    assert (conflict.kind, conflict.details) == ("used", {"by": ["notes"]})


def test_what_is_gone_or_out_of_reach_by_now_is_told(actor, known, south):
    other = Contact.objects.create(last_name="Ek", email="bo@ek.example", team=known.team, owner=known.owner)
    run = both(actor, "Eva|Berg|asa@berg.example", "Bo|Ekman|bo@ek.example")
    known.delete()
    Contact.objects.filter(pk=other.pk).update(team=south)
    run = undone(actor, run)
    assert sorted(run.conflicts.values_list("kind", flat=True)) == ["forbidden", "gone"]


def test_a_value_that_is_taken_by_now_is_told(actor, known, north):
    Contact.objects.filter(pk=known.pk).update(external_id="7")
    run = import_text(
        actor, as_csv(["Email", "Id"], [["asa@berg.example", "8"]]), {"mode": "both"}, resource="contacts"
    )
    if run.updated_count == 0:  # an id of its own is kept
        Contact.objects.filter(pk=known.pk).update(external_id="8")
        update = {"external_id": ["7", "8"]}
        chunk = ImportChunk.objects.create(run=run)
        ImportedUpdate.objects.create(chunk=chunk, model="customers.contact", record_id=known.pk, changes=update)
        ImportRun.objects.filter(pk=run.pk).update(updated_count=1)
    Contact.objects.create(last_name="Now", external_id="7", team=north)
    run = undone(actor, run)
    assert [one.kind for one in run.conflicts.all()] == ["taken"]
    assert Contact.objects.get(pk=known.pk).external_id == "8"


def test_labels_and_parents_go_with_their_customers(actor):
    before = state(Customer, Label, LabelAssignment)
    content = as_csv(["Company", "Tags"], [["Acme", "vip; press"], ["Birch", "vip"]])
    run = import_text(actor, content, resource="customers")
    assert LabelAssignment.objects.count() == 3
    undone(actor, run)
    assert state(Customer, Label, LabelAssignment) == before


def test_deals_come_back_to_their_stage_and_their_history(actor):
    headings = ["Id", "Deal name", "Stage", "Amount"]
    import_text(actor, as_csv(headings, [["1", "Roof", "Proposal", "10"]]), resource="deals")
    before = state(Deal, StageChange)
    rows = [["1", "Roof", "Closed won", "20"], ["2", "Door", "Proposal", "5"]]
    run = import_text(actor, as_csv(headings, rows), {"mode": "both"}, resource="deals")
    assert (Deal.objects.count(), StageChange.objects.count()) == (2, 3)
    undone(actor, run)
    assert state(Deal, StageChange) == before


def test_it_goes_chunk_by_chunk_and_on_after_an_end(actor, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 5)
    run = both(actor, *(f"Ivo|Birch {n}|ivo{n}@birch.example" for n in range(12)))
    services.import_undo(actor, run.pk)
    run.refresh_from_db()
    undoing.undo_step(actor, run, 0)
    assert Contact.objects.count() == 10
    assert ImportRun.objects.get().removed_count == 2
    drain(kinds=[IMPORTS.kind])
    assert (Contact.objects.count(), ImportRun.objects.get().removed_count) == (0, 12)


@pytest.mark.parametrize("persona", ["teammate", "outsider"])
def test_nobody_else_undoes_it(persona, actor, sign_in, request):
    run = both(actor, "Bo|Ek|bo@ek.example")
    answer = sign_in(request.getfixturevalue(persona)).post(f"/imports/{run.pk}/undo/")
    assert answer.status_code in (403, 404) and Contact.objects.count() == 1


def test_after_thirty_days_there_is_no_way_back(actor):
    run = both(actor, "Bo|Ek|bo@ek.example")
    ImportRun.objects.update(finished_at=timezone.now() - undoing.UNDO_KEPT, started_at=None)
    with pytest.raises(WrongState):
        services.import_undo(actor, run.pk)
    assert undoing.forget_undoing(timezone.now()) == 1
    assert not ImportChunk.objects.exists() and not ImportConflict.objects.exists()


def test_an_undone_import_is_not_undone_or_gone_on_with(actor):
    run = undone(actor, both(actor, "Bo|Ek|bo@ek.example"))
    for act in (services.import_undo, services.import_resume, services.import_cancel):
        with pytest.raises(WrongState):
            act(actor, run.pk)


NAMES = st.sampled_from(["", "Åsa", "Bo", "Éva Lena", "=1+1", "o'Hara", "名前"])
PERSON = st.tuples(
    NAMES,
    st.sampled_from(["Berg", "Ek", "Ñandú"]),
    st.sampled_from(["", *(f"p{n}@birch.example" for n in range(5))]),
    st.sampled_from(["", "+46701234567", "+4681234567"]),
    st.sampled_from(["", "1980-02-03", "0/0/00"]),
    st.sampled_from(["", "Acme", "New AB", "Other"]),
    st.sampled_from(["", "1", "2", "3"]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(there=st.lists(PERSON, max_size=5), rows=st.lists(PERSON, min_size=1, max_size=10), size=st.integers(1, 4))
def test_the_state_after_undoing_is_the_state_before(there, rows, size, actor, north):
    """Whatever was there, whatever came, in whatever chunks: field by field."""
    chunk = running.CHUNK
    try:
        with transaction.atomic():
            running.CHUNK = size
            import_text(actor, as_csv(HEADINGS, there), resource="contacts") if there else None
            before = state(Contact, Customer)
            run = import_text(actor, as_csv(HEADINGS, rows), {"mode": "both"}, resource="contacts")
            if run.undone_until:
                run = undone(actor, run)
                assert run.conflicts.count() == 0, list(run.conflicts.values())
            assert state(Contact, Customer) == before
            transaction.set_rollback(True)
    finally:
        running.CHUNK = chunk
