"""A row may name another of the same file as its parent, wherever that stands; what would make a circle stays out."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditlog.models import AuditEvent
from crm.outbox.draining import drain
from crm.transfer import running, services
from crm.transfer.driving import IMPORTS
from crm.transfer.models import ImportRun
from crm.transfer.reports import error_rows
from customers.models import Customer
from customers.services import customer_update
from customers.tests.import_files import as_csv, import_text, uploaded

pytestmark = pytest.mark.django_db
HEADERS = ("Id", "Name", "Website", "Parent company", "Parent ID")


def rows_of(above: Sequence[int | None], by: Sequence[str]) -> list[list[str]]:
    """A row per customer; each names the one above it in one of four ways."""
    rows = []
    for number, parent in enumerate(above):
        text = {"name": f"Firm {parent}", "id": "", "id as text": f"K-{parent}", "domain": f"Firm{parent}.example"}
        named = ["", ""] if parent is None else [text[by[number]], f"K-{parent}" if by[number] == "id" else ""]
        rows.append([f"K-{number}", f"Firm {number}", f"https://www.firm{number}.example/x", *named])
    return rows


def circular(above: Sequence[int | None]) -> set[int]:
    found = set()
    for start in range(len(above)):
        seen, node = set[int](), above[start]
        while node is not None and node not in seen and node != start:
            seen.add(node)
            node = above[node]
        if node == start:
            found.add(start)
    return found


def import_in_steps(actor: Any, content: str, prepare: dict[str, Any] | None = None) -> ImportRun:
    """A chunk at a time, each by somebody who knows nothing of the ones before."""
    run = services.import_create(actor, uploaded(content), resource="customers")
    if prepare:
        services.import_map(actor, run.pk, **prepare)
    services.import_start(actor, run.pk, here=True)
    seen = [0]
    while run.state != "finished":
        run = services.import_step(actor, ImportRun.objects.get(pk=run.pk), seconds=0)
        seen.append(run.percent_done)
    assert seen == sorted(seen)
    return run


def reasons(run: ImportRun) -> dict[int, str]:
    return {row.line: row.reasons[0]["code"] for row in run.rows.all() if row.reasons}


@st.composite
def forests(draw):
    size = draw(st.integers(1, 9))
    above = draw(st.lists(st.none() | st.integers(0, size - 1), min_size=size, max_size=size))
    by = draw(st.lists(st.sampled_from(["name", "id", "id as text", "domain"]), min_size=size, max_size=size))
    return above, by


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forest=forests(), chunk=st.integers(1, 4))
def test_every_row_gets_the_parent_it_names_and_circles_stay_out(forest, chunk, as_actor, owner, monkeypatch):
    (above, by), bad = forest, circular(forest[0])
    monkeypatch.setattr(running, "CHUNK", chunk)
    run = import_in_steps(as_actor(owner), as_csv(HEADERS, rows_of(above, by)))
    stored = {one.external_id: one for one in Customer.objects.select_related("parent")}
    assert set(stored) == {f"K-{number}" for number in range(len(above)) if number not in bad}
    for number, parent in enumerate(above):
        if number not in bad:
            one = stored[f"K-{number}"]
            linked = parent if parent not in bad else None
            assert (one.parent and one.parent.external_id) == (None if linked is None else f"K-{linked}")
            assert one.account_level == (one.parent.account_level + 1 if one.parent else 0) and one.version == 1
    told = [row for row in csv.DictReader(io.StringIO("".join(error_rows(run))[1:])) if row["Result"] == "failed"]
    assert {int(row["Id"][2:]) for row in told} == bad and all("parent" in row["Reason"] for row in told)
    assert {line for line, code in reasons(run).items() if code == "cycle"} == {number + 2 for number in bad}
    assert AuditEvent.objects.filter(trace_id=run.trace_of_run, action="customers.created").count() == len(stored)
    if not stored:
        return
    services.import_undo(as_actor(owner), run.pk)
    drain(kinds=[IMPORTS.kind])
    run.refresh_from_db()
    assert (run.removed_count, run.conflicts.count(), Customer.objects.count()) == (len(stored), 0, 0)


def test_the_check_tells_of_a_circle_before_anything_is_written(as_actor, owner, monkeypatch):
    monkeypatch.setattr("crm.transfer.rehearsal.CHUNK", 2)
    content = as_csv(HEADERS, rows_of([1, 0, 3, None, 4], ["name"] * 5))
    run = services.import_create(as_actor(owner), uploaded(content), resource="customers")
    found = services.import_rehearse(as_actor(owner), run.pk).rehearsal
    assert (found["counts"], found["is_whole"]) == ({"created": 2, "failed": 3}, True)
    messages = {told["line"]: told["reasons"][0]["message"] for told in found["problems"]}
    assert messages[2] == messages[3] == "Lines 2, 3 name each other as parents in a circle."
    assert messages[6] == "This row names itself as its parent."
    assert not Customer.objects.exists()


def test_a_group_deeper_than_ten_levels_stays_out_from_there(as_actor, owner):
    run = import_text(as_actor(owner), as_csv(HEADERS, rows_of([*range(1, 13), None], ["id"] * 13)))
    assert (run.created_count, set(reasons(run).values())) == (10, {"too_deep"})
    assert max(Customer.objects.values_list("account_level", flat=True)) == 9


def test_a_name_that_several_rows_have_is_told_and_not_guessed(as_actor, owner, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 1)
    rows = [["1", "Twin", "", "", ""], ["2", "Below", "", "Twin", ""], ["3", "Twin", "", "", ""]]
    run = import_in_steps(as_actor(owner), as_csv(HEADERS, rows))
    assert reasons(run) == {3: "ambiguous_link"} and Customer.objects.get(name="Below").parent is None


def test_rows_about_one_record_keep_their_order_among_each_other(as_actor, owner, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 1)
    rows = [["1", "Old name", "", "Top", ""], ["1", "New name", "", "", ""], ["2", "Top", "", "", ""]]
    run = import_in_steps(as_actor(owner), as_csv(HEADERS, rows), {"mode": "both"})
    one = Customer.objects.get(external_id="1")
    assert (one.name, one.parent.name, run.updated_count) == ("New name", "Top", 1)


def test_groups_turn_round_when_the_file_says_so_but_never_into_a_circle(as_actor, owner, north):
    top = Customer.objects.create(name="Firm 0", external_id="K-0", team=north, owner=owner)
    below = Customer.objects.create(name="Firm 1", external_id="K-1", team=north, owner=owner)
    customer_update(as_actor(owner), below.pk, parent=top)
    update = {"mode": "both"}
    run = import_text(as_actor(owner), as_csv(HEADERS, rows_of([1, 2, None], ["name"] * 3)), update)
    assert (run.created_count, run.updated_count, reasons(run)) == (1, 2, {})
    top.refresh_from_db()
    assert (top.parent_id, top.account_level) == (below.pk, 2)
    run = import_text(as_actor(owner), as_csv(HEADERS, [["K-2", "Firm 2", "", "Firm 0", ""]]), update)
    assert reasons(run) == {2: "cycle"} and Customer.objects.get(external_id="K-2").parent is None


def test_a_parent_of_another_team_is_not_there(as_actor, owner, south):
    Customer.objects.create(name="Firm 9", external_id="K-9", team=south)
    run = import_text(as_actor(owner), as_csv(HEADERS, [["1", "A", "", "Firm 9", ""], ["2", "B", "", "", "K-9"]]))
    assert reasons(run) == {2: "unknown_link", 3: "unknown_link"}
    assert not Customer.objects.filter(parent__isnull=False).exists()
