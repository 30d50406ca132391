"""Deals of other programs: stages by name, customers and people linked, closed deals closed when they were."""

import pytest

from customers.models import Contact, Customer
from customers.tests.import_files import as_csv, import_text
from deals.models import Deal, StageChange

pytestmark = pytest.mark.django_db
HUBSPOT = "Record ID,Deal Name,Deal Stage,Amount,Deal owner,Close Date,Create Date,Pipeline"
LINKS = "Associated Company IDs,Associated Contact IDs"


def hubspot_row(number: int, stage: str = "Proposal", **links: str) -> list[str]:
    row = [f"{number}", f"Deal {number}", stage, "1,200.50", "", "2002/1/16", "2001-12-01 09:30", "Sales"]
    return [*row, links.get("company", ""), links.get("people", "")]


def hubspot(*rows: list[str]) -> str:
    return as_csv(f"{HUBSPOT},{LINKS}".split(","), rows)


def test_a_hubspot_deal_comes_in_with_its_company_and_people(as_actor, owner, north):
    acme = Customer.objects.create(name="Acme", external_id="501", team=north)
    people = [Contact.objects.create(last_name=f"P{n}", external_id=f"800{n}", team=north) for n in (1, 2)]
    run = import_text(as_actor(owner), hubspot(hubspot_row(1, company="501", people="8001;8002")))
    assert run.created_count == 1, list(run.rows.values())
    deal = Deal.objects.get()
    assert (deal.name, str(deal.amount), deal.stage.name, deal.status) == ("Deal 1", "1200.50", "Proposal", "open")
    assert (deal.customer, set(deal.contacts.all())) == (acme, set(people))
    assert deal.expected_close_date.isoformat() == "2002-01-16" and deal.created_at.year == 2001
    change = StageChange.objects.get()
    assert (change.deal, change.to_stage, change.from_stage) == (deal, deal.stage, None)


def test_an_unknown_stage_fails_the_row_and_names_the_known_ones(as_actor, owner):
    run = import_text(as_actor(owner), hubspot(hubspot_row(1, stage="Dreaming"), hubspot_row(2)))
    assert (run.created_count, run.failed_count) == (1, 1)
    reason = run.rows.get().reasons[0]
    assert reason["code"] == "unknown_stage" and "Prospecting, Qualification, Proposal" in reason["message"]


@pytest.mark.parametrize(("stage", "status"), [("Closed Won", "won"), ("closedlost", ""), ("Closed lost", "lost")])
def test_won_and_lost_are_understood(stage, status, as_actor, owner):
    run = import_text(as_actor(owner), hubspot(hubspot_row(1, stage=stage)))
    assert run.created_count == bool(status)
    if status:
        deal = Deal.objects.get()
        assert (deal.status, deal.closed_at.date().isoformat()) == (status, "2002-01-16")


def test_pipedrive_deals_with_serial_dates_status_and_names(as_actor, owner, north):
    Contact.objects.create(first_name="Anna", last_name="Berg", team=north)
    headers = "Deal - ID,Deal - Title,Deal - Value,Deal - Currency,Deal - Stage,Deal - Status,Deal - Organization"
    headers += ",Deal - Contact person,Deal - Expected close date,Deal - Won time"
    rows = [
        ["1", "Roof", "5000", "SEK", "Proposal", "Open", "Berg AB", "Anna Berg", "45631", ""],
        ["2", "Door", "70", "EUR", "Proposal", "Won", "Berg AB", "Nobody Known", "", "45600.5"],
        ["3", "Gone", "70", "EUR", "Proposal", "Deleted", "", "", "", ""],
    ]
    run = import_text(as_actor(owner), as_csv(headers.split(","), rows))
    assert (run.created_count, run.skipped_count, run.linked_count) == (2, 1, 1), list(run.rows.values())
    roof, door = Deal.objects.order_by("external_id")
    assert (roof.currency, roof.expected_close_date.isoformat()) == ("SEK", "2024-12-05")
    assert [str(contact) for contact in roof.contacts.all()] == ["Anna Berg"]
    assert (door.status, door.closed_at.isoformat()) == ("won", "2024-11-04T12:00:00+00:00")
    assert {one["code"] for row in run.rows.filter(line=3) for one in row.reasons} == {"unknown_link"}


def test_a_row_tried_again_because_of_another_keeps_the_day_it_was_won(as_actor, owner, north, make_deal, monkeypatch):
    make_deal(name="Here before")
    Deal.objects.update(external_id="9")
    monkeypatch.setattr("deals.transfer.DealImporter.match_keys", ())
    headers = ["Deal - ID", "Deal - Title", "Deal - Stage", "Deal - Status", "Deal - Won time"]
    rows = [[key, "Door", "Proposal", "Won", "45600.5"] for key in "1289"]
    run = import_text(as_actor(owner), as_csv(headers, rows))
    assert [row.reasons[0]["code"] for row in run.rows.all()] == ["refused_by_database"]
    moments = {deal.closed_at.isoformat() for deal in Deal.objects.filter(name="Door")}
    assert (run.created_count, moments) == (3, {"2024-11-04T12:00:00+00:00"})


def test_salesforce_opportunities_update_by_id(as_actor, owner):
    headers = ["Opportunity ID", "Opportunity Name", "Account Name", "Stage", "Amount", "Close Date", "Type"]
    row = ["006A", "Big", "Acme", "Qualification", "$10,000.00", "1/16/2030", "Existing Customer - Upgrade"]
    import_text(as_actor(owner), as_csv(headers, [row]))
    row[3:5] = ["Closed Won", "$12,000.00"]
    run = import_text(as_actor(owner), as_csv(headers, [row]), prepare={"mode": "both"})
    assert (run.created_count, run.updated_count) == (0, 1), list(run.rows.values())
    deal = Deal.objects.get()
    assert (deal.status, str(deal.amount), deal.deal_type) == ("won", "12000.00", "upsell")
    assert StageChange.objects.count() == 2
