"""Exports of other programs, recognised by their headers and read as they mean them."""

import pytest

from crm.transfer.importers import importers
from crm.transfer.presets import PRESETS, recognise
from customers.models import Contact, Customer, Lead
from customers.tests.import_files import as_csv, import_text

pytestmark = pytest.mark.django_db


def test_every_preset_names_fields_that_exist():
    for preset in PRESETS:
        importer = importers()[preset.resource]
        assert all(importer.has(name) for name in preset.fields.values()), preset
        assert set(preset.choices) <= set(importer.columns), preset


@pytest.mark.parametrize(
    ("headers", "source", "resource"),
    [
        ("Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status", "hubspot", "contacts"),
        ("Record ID,Company name,Company owner,Create Date,Phone Number,City", "hubspot", "customers"),
        ("Record ID,Deal Name,Deal Stage,Amount,Deal owner,Close Date,Pipeline", "hubspot", "deals"),
        ("Account Name,Annual Revenue,Type,Rating,Billing Street,Billing City,Phone", "salesforce", "customers"),
        ("First Name,Last Name,Account Name,Lead Source,Mailing City,Email,Do Not Call", "salesforce", "contacts"),
        ("Lead Owner,First Name,Last Name,Company / Account,Lead Status,Email", "salesforce", "leads"),
        ("Opportunity Name,Account Name,Stage,Amount,Close Date", "salesforce", "deals"),
        ("Id,IsDeleted,MasterRecordId,Name,Type,ParentId,BillingStreet,OwnerId", "salesforce", "customers"),
        ("Id,IsDeleted,AccountId,LastName,FirstName,HasOptedOutOfEmail", "salesforce", "contacts"),
        ("Id,IsDeleted,LastName,FirstName,Company,Status,IsConverted", "salesforce", "leads"),
        ("Id,IsDeleted,Name,StageName,Amount,Probability,CloseDate,ForecastCategory", "salesforce", "deals"),
        ("Organization - ID,Organization - Name,Organization - Address", "pipedrive", "customers"),
        ("Person - Name*,Person - Phone,Person - Email (Work),Organization - Name*", "pipedrive", "contacts"),
        ("Deal - ID,Deal - Title,Deal - Value,Deal - Currency,Deal - Stage,Deal - Status", "pipedrive", "deals"),
        ("first_name,last_name,email,mobile_phone,department", "csv", "contacts"),
        ("Company,Website,Industry,Employees", "csv", "customers"),
    ],
)
def test_a_file_is_recognised_by_its_headers(headers, source, resource):
    assert recognise(headers.split(",")) == (source, resource)


def test_hubspot_companies(as_actor, owner):
    headers = (
        "Record ID,Company name,Company owner,Create Date,Phone Number,City,Country/Region,Industry,Annual Revenue"
    )
    row = ["007", "Öst & Väst", "owner@north.example", "2020-01-10 10:00", "+46 8 1234567"]
    run = import_text(as_actor(owner), as_csv(headers.split(","), [[*row, "Umeå", "Sweden", "Steel", "1,200,000.50"]]))
    assert run.created_count == 1, list(run.rows.values())
    customer = Customer.objects.get()
    assert (customer.external_id, customer.name, customer.billing_country) == ("007", "Öst & Väst", "SE")
    assert (str(customer.annual_revenue), customer.billing_city) == ("1200000.50", "Umeå")


def test_hubspot_contacts_can_come_in_as_leads_with_their_status(as_actor, owner):
    headers = ["Record ID", "First Name", "Last Name", "Email", "Contact owner", "Lead Status", "Associated Company"]
    rows = [["1", "Åsa", "Berg", "a@x.example", "", "Attempted to Contact", "Berg AB"]]
    rows += [["2", "Bo", "Ek", "b@x.example", "", "Dreaming", ""]]
    run = import_text(as_actor(owner), as_csv(headers, rows), resource="leads")
    assert run.created_count == 2
    lead = Lead.objects.get(external_id="1")
    assert (lead.status, lead.company_name) == ("contacted", "Berg AB")
    assert Lead.objects.get(external_id="2").status == "new"
    assert run.rows.get().reasons[0]["code"] == "unknown_choice"


def test_salesforce_accounts_of_the_data_export(as_actor, owner):
    headers = (
        "Id,IsDeleted,MasterRecordId,Name,Type,ParentId,BillingStreet,BillingCity,BillingCountry,NumberOfEmployees"
    )
    rows = [
        [
            "001A0000006Vm9rIAC",
            "false",
            "",
            "Mother",
            "Customer - Direct",
            "",
            "1 Road\nFloor 2",
            "Lund",
            "Sweden",
            "12",
        ],
        ["001A0000006Vm9RIAC", "false", "", "Daughter", "Prospect", "001A0000006Vm9rIAC", "", "", "", ""],
        ["001A0000006Vm9xIAC", "true", "", "Gone", "", "", "", "", "", ""],
    ]
    run = import_text(as_actor(owner), as_csv(headers.split(","), rows))
    assert (run.created_count, run.skipped_count, run.failed_count) == (2, 1, 0), list(run.rows.values())
    mother, daughter = Customer.objects.get(name="Mother"), Customer.objects.get(name="Daughter")
    assert mother.billing_street == "1 Road, Floor 2" and mother.employees == 12
    assert daughter.external_id == "001A0000006Vm9RIAC"


def test_salesforce_contacts_are_linked_to_accounts_by_id(as_actor, owner, north):
    account = Customer.objects.create(name="Mother", external_id="001A0000006Vm9rIAC", team=north)
    headers = "Id,IsDeleted,AccountId,LastName,FirstName,Email,HasOptedOutOfEmail,LeadSource,MailingCountry"
    rows = [
        ["003A", "false", "001A0000006Vm9rIAC", "Berg", "Åsa", "a@x.example", "true", "Trade Show", "USA"],
        ["003B", "false", "001A0000006VM9RIAC", "Ek", "Bo", "b@x.example", "false", "", ""],
    ]
    run = import_text(as_actor(owner), as_csv(headers.split(","), rows))
    first, second = Contact.objects.order_by("external_id")
    assert (first.customer, first.opted_out_of_email, first.lead_source, first.country) == (
        account,
        True,
        "event",
        "US",
    )
    assert second.customer is None and run.rows.get().reasons[0]["code"] == "unknown_link"


def test_the_import_sheet_of_pipedrive_feeds_people_and_their_organisation(as_actor, owner):
    headers = ["Person - Name*", "Person - Phone", "Person - Email (Work)", "Organization - Name*", "Deal - Title"]
    row = ["Anna Lena Berg", "+46 70 123 45 67", "a@x.example, b@x.example", "Berg AB", "Big one"]
    run = import_text(as_actor(owner), as_csv(headers, [row]))
    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name, contact.email) == ("Anna Lena", "Berg", "a@x.example")
    assert contact.customer.name == "Berg AB"
    assert [one["email"] for one in contact.further_emails] == ["b@x.example"]
    assert contact.customer.deals.get().name == "Big one"
    assert (run.created_count, run.rows.count()) == (1, 0)


def test_plain_files_by_our_own_names_with_aliases_and_labels(as_actor, owner):
    headers = ["Company", "Website", "Tags", "Country", "Something else"]
    run = import_text(as_actor(owner), as_csv(headers, [["Acme", "www.acme.example", "vip; press", "DE", "x"]]))
    customer = Customer.objects.get()
    assert (customer.name, customer.domain, customer.website) == ("Acme", "acme.example", "https://www.acme.example")
    assert sorted(map(str, customer.labels.all())) == ["press", "vip"]
    assert (run.created_count, run.mapping) == (1, ["name", "website", "labels", "billing_country", ""])
