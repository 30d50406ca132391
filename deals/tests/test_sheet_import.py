"""One row of an import sheet feeds a customer, a person, a deal, an activity and a note: all of them or none."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role
from auditlog.models import AuditEvent
from crm.core.errors import Forbidden
from crm.transfer import running, services
from crm.transfer.models import ImportRun
from crm.transfer.presets import recognise
from crm.transfer.rehearsal import rehearse
from crm.transfer.reports import error_rows
from customers.models import Contact, Customer, Note
from customers.services import note_update
from customers.tests.import_files import as_csv, import_text, undone, uploaded
from deals.models import Activity, Deal, DealContact, StageChange
from deals.services import deal_update
from deals.tests.sheet_files import BROKEN, FIRM_ALONE, FULL, HEADINGS, SAME_FIRM, SAME_PERSON, row, sheet

pytestmark = pytest.mark.django_db
MODELS = (Customer, Contact, Deal, DealContact, StageChange, Activity, Note)
COUNTED = ("version", "updated_at")


def state() -> dict[str, list[dict[str, Any]]]:
    """Everything stored, but for the counters of changes."""
    rows = {model.__name__: model.objects.order_by("pk").values() for model in MODELS}
    return {
        name: [{key: one[key] for key in one if key not in COUNTED} for one in found] for name, found in rows.items()
    }


def counts() -> list[int]:
    return [model.objects.count() for model in (Customer, Contact, Deal, Activity, Note)]


def codes(run: ImportRun) -> dict[int, list[tuple[str, str]]]:
    return {one.line: [(reason["field"], reason["code"]) for reason in one.reasons] for one in run.rows.all()}


@pytest.fixture
def actor(as_actor, owner):
    return as_actor(owner)


def test_one_row_feeds_five_records_that_are_linked(actor, owner, north):
    run = import_text(actor, sheet(FULL))
    assert (run.source, run.resource, run.state, run.created_count) == ("pipedrive", "sheets", "finished", 1), codes(
        run
    )
    firm, person, deal = Customer.objects.get(), Contact.objects.get(), Deal.objects.get()
    activity, note = Activity.objects.get(), Note.objects.get()
    assert (firm.name, firm.billing_street) == ("Berg AB", "Storgatan 1, Umeå")
    assert (person.first_name, person.last_name, person.customer) == ("Anna Lena", "Berg", firm)
    assert (person.email, [one["email"] for one in person.further_emails]) == (
        "anna@berg.example",
        ["lena@berg.example"],
    )
    assert (person.phone, person.mobile_phone) == ("+4681234567", "+46701234567")
    assert [one["phone"] for one in person.further_phones] == ["+4687654321"]
    assert (deal.name, str(deal.amount), deal.currency, deal.customer) == ("Roof", "1200.50", "SEK", firm)
    assert deal.expected_close_date.isoformat() == "2024-12-05" and list(deal.contacts.all()) == [person]
    assert (activity.type, activity.due_at) == ("task", datetime(2024, 12, 6, 23, 59, tzinfo=UTC))
    for one in (activity, note):
        assert (one.customer, one.contact, one.deal) == (firm, person, deal)
    assert note.body == "Called **twice**.\n\n- wants a roof\n- 4 < 5 rooms\n\n[Site](https://x.example)"
    for one in (firm, person, deal, activity, note):
        assert (one.team, one.owner, one.version) == (north, owner, 1)


def test_each_record_leaves_its_event_and_deals_their_history(actor, owner):
    run = import_text(actor, sheet(FULL))
    events = AuditEvent.objects.filter(trace_id=run.trace_of_run, door="import", actor_id=owner.pk)
    made = sorted(action for action in events.values_list("action", flat=True) if action.endswith(".created"))
    assert made == ["activities.created", "contacts.created", "customers.created", "deals.created", "notes.created"]
    assert StageChange.objects.get().deal == Deal.objects.get()


def test_rows_with_the_same_names_mean_the_same_records(actor):
    run = import_text(actor, sheet(FULL, SAME_FIRM, SAME_PERSON, FIRM_ALONE))
    assert (run.created_count, run.failed_count) == (4, 0), codes(run)
    assert counts() == [2, 2, 3, 2, 2]
    created = {kind: counted.get("created") for kind, counted in run.kind_counts.items()}
    assert created == {"customers": 2, "contacts": 2, "deals": 3, "activities": 2, "notes": 2}
    lunch = Activity.objects.get(subject="Lunch")
    assert (lunch.type, lunch.status, lunch.contact.last_name) == ("meeting", "held", "Ek")
    assert lunch.due_at == datetime(2024, 12, 7, 12, tzinfo=UTC) == lunch.completed_at
    assert Note.objects.get(deal__name="Door").body == "Plain 2 < 3, **as it is**"
    assert Deal.objects.get(name="Gate").customer.name == "Ek & Co"


@pytest.mark.parametrize("size", [1, 2, 3, 2000])
def test_where_chunks_end_makes_no_difference(size, actor, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", size)
    again = row(person="Bo Ek", org="Berg AB", address="Elsewhere 2", deal="Door", value="70")
    run = import_text(actor, sheet(FULL, SAME_FIRM, again, SAME_PERSON, FIRM_ALONE))
    assert counts() == [2, 2, 3, 2, 2]
    assert (run.created_count, run.skipped_count) == (4, 1)
    assert codes(run)[4] == [("customers", "left_alone"), ("", "duplicate")]
    assert Customer.objects.get(name="Berg AB").billing_street == "Storgatan 1, Umeå"


def test_a_row_whose_deal_is_invalid_stays_out_whole_and_is_in_the_error_file(actor):
    run = import_text(actor, sheet(FULL, BROKEN, SAME_FIRM))
    assert (run.created_count, run.failed_count) == (2, 1)
    assert not Customer.objects.filter(name="Alm HB").exists() and not Contact.objects.filter(last_name="Alm").exists()
    assert codes(run)[3] == [("deals.amount", "invalid_number")]
    header, failed = csv.reader(io.StringIO("".join(error_rows(run)).removeprefix("\ufeff")))
    assert failed[: len(HEADINGS)] == BROKEN and "deals.amount: “many” is not a number." in failed[-1]
    mended = import_text(actor, as_csv(header[:-3], [["5" if cell == "many" else cell for cell in failed[:-3]]]))
    assert (mended.created_count, Customer.objects.filter(name="Alm HB").count()) == (1, 1), codes(mended)


def test_what_a_row_that_stays_out_would_have_made_the_next_one_makes(actor):
    """The refusal shows only when the record is built: the deal has no title."""
    nameless = row(person="Ida Alm", org="Alm HB", value="7")
    run = import_text(actor, sheet(nameless, row(person="Ida Alm", org="Alm HB", deal="Fence")))
    assert codes(run) == {2: [("deals.name", "required")]}
    assert counts() == [1, 1, 1, 0, 0] and Deal.objects.get().customer == Customer.objects.get()


def test_a_name_that_several_have_is_told_and_nothing_is_guessed(actor, north):
    for _number in range(2):
        Customer.objects.create(name="Berg AB", team=north)
    run = import_text(actor, sheet(FULL, FIRM_ALONE))
    assert (run.created_count, run.failed_count) == (1, 1)
    assert codes(run)[2] == [("customers.name", "ambiguous_match")]
    assert counts() == [3, 0, 1, 0, 0]


def test_a_namesake_out_of_reach_is_neither_linked_nor_told(actor, south):
    Customer.objects.create(name="Berg AB", team=south)
    run = import_text(actor, sheet(FULL))
    assert run.created_count == 1 and Customer.objects.filter(team=actor.home_team_id).count() == 1
    assert codes(run) == {}


def test_people_of_one_name_are_told_apart_by_address_and_employer(actor, north):
    first, second = Customer.objects.create(name="A", team=north), Customer.objects.create(name="B", team=north)
    for firm in (first, second):
        Contact.objects.create(first_name="Bo", last_name="Ek", customer=firm, team=north)
    rows = [row(person="Bo Ek", org="A", note="1"), row(person="Bo Ek", org="C", note="2")]
    rows += [row(person="Bo Ek", note="3"), row(person="Bo Ek", org="B", email="other@ek.example", note="4")]
    run = import_text(actor, sheet(*rows))
    assert Note.objects.get(body="1").contact.customer == first
    assert Note.objects.get(body="2").contact.customer.name == "C"
    assert codes(run)[4] == [("contacts.last_name", "ambiguous_match")] and not Note.objects.filter(body="3").exists()
    assert Note.objects.get(body="4").contact.customer == second


def test_the_same_sheet_again_makes_nothing_anew(actor):
    rows = (FULL, SAME_FIRM, SAME_PERSON, FIRM_ALONE)
    import_text(actor, sheet(*rows))
    before = state()
    run = import_text(actor, sheet(*rows))
    assert (run.created_count, run.skipped_count) == (0, 4), codes(run)
    run = import_text(actor, sheet(*rows), {"mode": "both"})
    assert (run.created_count, run.updated_count, run.unchanged_count) == (0, 0, 4), codes(run)
    assert state() == before


def test_what_is_here_is_updated_if_that_was_chosen(actor, north):
    firm = Customer.objects.create(name="Berg AB", team=north, billing_street="Old 1", industry="Steel")
    person = Contact.objects.create(first_name="Old", last_name="Berg", email="anna@berg.example", team=north)
    run = import_text(actor, sheet(FULL), {"mode": "both"})
    assert (run.created_count, run.kind_counts["customers"]) == (1, {"updated": 1}), codes(run)
    firm.refresh_from_db()
    person.refresh_from_db()
    assert (firm.billing_street, firm.industry) == ("Storgatan 1, Umeå", "Steel")
    assert (person.first_name, person.customer) == ("Anna Lena", firm)


def test_a_deal_of_the_same_title_with_another_amount_is_another(actor):
    rows = [row(org="Berg AB", deal="Renewal", value=value) for value in ("10", "20", "10", "")]
    run = import_text(actor, sheet(*rows), {"mode": "both"})
    assert run.failed_count == 1 and codes(run)[5] == [("deals.customer", "ambiguous_match")]
    assert sorted(map(str, Deal.objects.values_list("amount", flat=True))) == ["10.00", "20.00"]


def test_several_people_of_one_deal_come_from_several_rows(actor, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 1)
    before = state()
    rows = [row(person=name, org="Berg AB", deal="Roof", value="9") for name in ("Bo Ek", "Ida Alm")]
    run = import_text(actor, sheet(*rows))
    assert sorted(map(str, Deal.objects.get().contacts.all())) == ["Bo Ek", "Ida Alm"]
    undone(actor, run)
    assert state() == before


def test_a_check_says_what_would_be_made_of_each_kind_and_keeps_nothing(actor, sign_in, owner):
    run = services.import_create(actor, uploaded(sheet(FULL, SAME_FIRM, BROKEN)))
    forecast = rehearse(actor, run)
    assert counts() == [0] * 5
    assert {kind: found["created"] for kind, found in forecast.kinds.items()} == {
        "customers": 1, "contacts": 2, "deals": 2, "activities": 1, "notes": 2,
    }  # fmt: skip
    assert (forecast.counts["created"], forecast.counts["failed"], forecast.is_whole) == (2, 1, True)
    services.import_rehearse(actor, run.pk)
    page = sign_in(owner).get(f"/imports/{run.pk}/").content.decode()
    assert "What will come of the rows" in page and "Anna Lena" in page and "Deal: Amount" in page


def test_a_killed_import_goes_on_without_doubling(actor, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 2)
    rows = [row(person=f"Bo Ek{n}", org=f"Firm {n % 3}", deal=f"D{n}", note=f"n{n}") for n in range(9)]
    run = services.import_create(actor, uploaded(sheet(*rows)))
    run = services.import_step(actor, services.import_start(actor, run.pk), seconds=0)
    assert (run.state, run.created_count) == ("running", 2)
    report, calls = running.report, []

    def dies(*args: Any) -> None:
        calls.append(1)
        report(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "report", dies)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        services.import_step(actor, run, seconds=60)
    monkeypatch.setattr(running, "report", report)
    ImportRun.objects.update(lease=None, leased_until=None)
    run = services.import_step(actor, run, seconds=60)
    assert calls and (run.state, run.created_count, counts()) == ("finished", 9, [3, 9, 9, 0, 9])
    assert run.kind_counts["customers"]["created"] == 3


def test_undoing_takes_all_kinds_back_and_lists_what_changed_since(actor, sign_in, owner):
    before = state()
    run = import_text(actor, sheet(FULL, SAME_FIRM, SAME_PERSON, FIRM_ALONE))
    client = sign_in(owner)
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "What came of the rows" in page and "Activities" in page
    note_update(actor, Note.objects.get(deal__name="Door").pk, body="Mine now")
    deal_update(actor, Deal.objects.get(name="Gate").pk, amount="6")
    run = undone(actor, run)
    kinds = sorted((one.model, one.kind, one.label) for one in run.conflicts.all())
    assert kinds == [
        ("customers.contact", "used", "Bo Ek"),
        ("customers.customer", "used", "Berg AB"),
        ("customers.customer", "used", "Ek & Co"),
        ("customers.note", "edited", "Mine now"),
        ("deals.deal", "edited", "Gate"),
        ("deals.deal", "used", "Door"),
    ]
    assert counts() == [2, 1, 2, 0, 1] and before["Customer"] == []


@pytest.fixture
def without_deals(make_user, north):
    grants = {
        f"{kind}:{act}": "team"
        for kind in ("customers", "contacts", "activities", "notes")
        for act in ("read", "write")
    }
    role = Role.objects.create(
        name="desk",
        label="Desk",
        grants={**grants, "imports:read": "own", "imports:write": "own", "teams:read": "team"},
    )
    user = make_user("desk@north.example", "read_only", (north,))
    user.role = role
    user.save()
    return user


def test_who_may_not_write_deals_is_told_before_it_starts_and_may_leave_them_out(without_deals, as_actor, sign_in):
    actor = as_actor(without_deals)
    run = services.import_create(actor, uploaded(sheet(FULL)))
    assert (
        "You may not write all that the matched columns hold"
        in sign_in(without_deals).get(f"/imports/{run.pk}/").content.decode()
    )
    for act in (services.import_rehearse, services.import_start):
        with pytest.raises(Forbidden, match=r"Deals: .* Leave out the columns of Deals"):
            act(actor, run.pk)
    assert counts() == [0] * 5
    run.refresh_from_db()
    services.import_map(actor, run.pk, mapping=["" if name.startswith("deals.") else name for name in run.mapping])
    run = services.import_step(actor, services.import_start(actor, run.pk), seconds=60)
    assert (run.created_count, counts()) == (1, [1, 1, 0, 1, 1])


def test_who_may_write_nothing_of_it_cannot_even_upload_it(make_user, north, as_actor):
    user = make_user("none@north.example", "read_only", (north,))
    user.role = Role.objects.create(name="bare", label="Bare", grants={"imports:read": "own", "imports:write": "own"})
    user.save()
    with pytest.raises(Forbidden):
        services.import_create(as_actor(user), uploaded(sheet(FULL)))
    assert not ImportRun.objects.exists()


def test_the_command_line_tells_per_kind(owner, tmp_path, capsys):
    file = tmp_path / "sheet.csv"
    file.write_text(sheet(FULL, SAME_FIRM))
    for flags, words in ((["--dry-run"], "contacts: would be created: 2"), ([], "contacts: created: 2, updated: 0")):
        call_command("import_records", str(file), "--user", owner.email, "--team", "North", *flags)
        assert words in capsys.readouterr().out
    assert counts() == [1, 2, 2, 1, 2]


def _queries(actor: Any, rows: list[list[str]]) -> int:
    """But for inserts, of which SQLite takes a few dozen rows at a time and PostgreSQL all by COPY."""
    with CaptureQueriesContext(connection) as found:
        run = import_text(actor, sheet(*rows))
    assert run.failed_count == 0, codes(run)
    return sum(1 for one in found if not one["sql"].startswith("INSERT"))


def test_queries_do_not_grow_with_the_rows(actor):
    def rows(start: int, size: int) -> list[list[str]]:
        return [
            row(person=f"Bo Ek{n}", email=f"{n}@ek.example", org=f"Firm {n // 5} {start}", address="Road 1",
                deal=f"D{n}", value="9", activity=f"A{n}", due="45632", note=f"<p>n{n}</p>")
            for n in range(start, start + size)
        ]  # fmt: skip

    few = _queries(actor, rows(0, 20))
    assert _queries(actor, rows(1000, 400)) <= few


@pytest.mark.parametrize(
    ("headers", "resource"),
    [
        (",".join(HEADINGS), "sheets"),
        ("Person - Name*,Organization - Name*,Deal - Title,Deal - Value", "sheets"),
        ("Organization - Name*,Note - Content*", "sheets"),
        ("Person - Name,Person - Email,Organization - Name,Organization - Address", "sheets"),
        ("Deal - ID,Deal - Title,Deal - Value,Organization - Name,Person - Name", "deals"),
        ("Deal - Title,Deal - Value,Deal - Organization,Deal - Contact person", "deals"),
        ("Person - ID,Person - Name,Person - Email,Organization - Name", "contacts"),
        ("Organization - ID,Organization - Name,Organization - Address", "customers"),
    ],
)
def test_a_sheet_is_told_from_an_export(headers, resource):
    assert recognise(headers.split(",")) == ("pipedrive", resource)


WORDS = ["", "Berg AB", "Ek & Co", "Ålm"]
ROW = st.builds(
    row,
    person=st.sampled_from(["", "Bo Ek", "Anna Berg", "Cher"]),
    email=st.sampled_from(["", "", "bo@ek.example", "a@berg.example, b@berg.example"]),
    phone=st.sampled_from(["", "+46 8 123 45 67", "nonsense"]),
    org=st.sampled_from(WORDS),
    address=st.sampled_from(["", "Road 1", "Road 2"]),
    deal=st.sampled_from(["", "Roof", "Door"]),
    value=st.sampled_from(["", "10", "20", "many"]),
    activity=st.sampled_from(["", "", "Call"]),
    due=st.sampled_from(["", "45632"]),
    note=st.sampled_from(["", "", "<p>Hi</p>", "Hi"]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    there=st.lists(ROW, max_size=4),
    rows=st.lists(ROW, min_size=1, max_size=8),
    size=st.integers(1, 4),
    mode=st.sampled_from(["create", "both"]),
)
def test_the_state_after_undoing_is_the_state_before(there, rows, size, mode, actor):
    """Whatever was there, whatever came, in whatever chunks: field by field; and the counters are what is there."""
    chunk = running.CHUNK
    try:
        with transaction.atomic():
            running.CHUNK = size
            import_text(actor, sheet(*there)) if there else None
            before, had = state(), counts()
            run = import_text(actor, sheet(*rows), {"mode": mode})
            made = [run.kind_counts.get(one, {}).get("created", 0) for one in KINDS]
            assert [now - then for now, then in zip(counts(), had, strict=True)] == made
            if run.undone_until:
                run = undone(actor, run)
                assert run.conflicts.count() == 0, list(run.conflicts.values())
            assert state() == before
            transaction.set_rollback(True)
    finally:
        running.CHUNK = chunk


KINDS = ("customers", "contacts", "deals", "activities", "notes")
