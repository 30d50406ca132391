"""Address books of Google, Outlook and LinkedIn, cards and workbooks: each with every trap of its kind."""

from pathlib import Path

import pytest

from crm.transfer import services
from crm.transfer.models import ImportRun
from crm.transfer.presets import unknown_columns
from crm.transfer.settling import unsettled
from crm.transfer.tests.test_vcards import MACINTOSH, MODERN, OLD_PHONE
from crm.transfer.tests.workbook_files import DAY, FIVE_DIGITS, INDEX, MOMENT, number, text, workbook
from customers.models import Contact, Customer
from customers.tests.import_files import import_text, uploaded

pytestmark = pytest.mark.django_db
EXPORTS = Path(__file__).parent / "exports"


def exported(name: str) -> bytes:
    return (EXPORTS / name).read_bytes()


def codes(run: ImportRun) -> set[str]:
    return {reason["code"] for row in run.rows.all() for reason in row.reasons}


def test_google_contacts(as_actor, owner):
    run = import_text(as_actor(owner), exported("google-contacts.csv"))
    assert (run.source, run.created_count, run.failed_count) == ("google", 3, 0), list(run.rows.values())
    anna = Contact.objects.get(email="anna@ost.example")
    assert (anna.salutation, anna.first_name, anna.last_name) == ("Dr.", "Anna Lena", "Öst")
    assert (anna.mobile_phone, anna.phone) == ("+46701234567", "+46812345678")
    assert (anna.street, anna.postal_code, anna.country) == ("Storgatan 1, 2 tr", "01234", "SE")
    assert anna.description == "First line\nsecond line, with a comma" and anna.customer.name == "Öst & Väst AB"
    arab = Contact.objects.get(first_name="محمد")
    assert (arab.last_name, arab.phone) == ("العربي 😀", "+49301234567")
    assert Contact.objects.get(email="info@noperson.example").birthdate is None
    assert codes(run) == {"link_created", "no_year"}


def test_outlook_contacts_ask_for_their_encoding_and_leave_private_life_out(as_actor, owner):
    actor = as_actor(owner)
    run = services.import_create(actor, uploaded(exported("outlook-contacts.csv")))
    assert (run.source, run.resource, len(run.headers)) == ("outlook", "contacts", 92)
    assert unsettled(run) == ["encoding"]
    left_out = {header for header, name in zip(run.headers, run.mapping, strict=True) if not name}
    assert {"Government ID Number", "Gender", "Children", "Spouse"} <= left_out - set(unknown_columns(run))
    services.import_map(actor, run.pk, encoding="cp1252")
    services.import_start(actor, run.pk)
    run = services.import_step(actor, run, 60)
    assert (run.created_count, run.failed_count) == (2, 0), list(run.rows.values())
    joerg = Contact.objects.get(last_name="Müßig")
    assert (joerg.salutation, joerg.phone, joerg.mobile_phone) == ("Frau", "+4922112345678", "+491701234567")
    assert (joerg.birthdate, joerg.postal_code, joerg.country) == (None, "01067", "DE")
    assert Contact.objects.get(first_name="Zoë").birthdate.isoformat() == "1990-03-14"


def test_linkedin_connections_have_notes_above_their_header(as_actor, owner):
    run = import_text(as_actor(owner), exported("linkedin-connections.csv"))
    assert (run.source, run.created_count, run.failed_count) == ("linkedin", 2, 1), list(run.rows.values())
    aasa = Contact.objects.get(first_name="Åsa")
    assert (aasa.title, aasa.email, aasa.created_at.date().isoformat()) == ('Head of "R&D", Nordics', "", "2024-03-12")
    assert aasa.linkedin_url.endswith("/in/aasa-berg")
    assert run.rows.get(status="failed").line == 7


def test_cards_of_three_versions_in_one_file(as_actor, owner):
    run = import_text(as_actor(owner), OLD_PHONE + MACINTOSH + MODERN, name="people.vcf")
    assert (run.format, run.source, run.created_count) == ("vcard", "vcard", 3), list(run.rows.values())
    assert run.warnings == [{"code": "media_left_out", "message": "2 pictures, sounds or keys are left out."}]
    aasa = Contact.objects.get(last_name="Berg")
    assert (aasa.first_name, aasa.customer.name, aasa.country) == ("Åsa Lena", "Berg AB", "SE")
    assert set(run.rows.values_list("line", flat=True)) <= {1, 2, 3}
    again = import_text(as_actor(owner), MODERN, name="people.vcf")
    assert (again.created_count, again.skipped_count) == (0, 1)


def test_a_workbook_keeps_zeros_dates_and_long_numbers(as_actor, owner):
    rows = [
        [text(name) for name in ("First name", "Last name", "Id", "Postal code", "Birthday", "Created at", "Phone")],
        [
            *(text("Åsa"), text("Berg 😀"), number("3.51000000001E+11"), number("1067", FIVE_DIGITS)),
            *(number("31149", DAY), number("45631.5", MOMENT), text("+49 30 1234567")),
        ],
        [],
        [text("Bo"), text("Ek"), text("007"), text("00123"), number("31149"), text(""), text("nonsense")],
    ]
    run = import_text(as_actor(owner), workbook(rows), name="people.xlsx", resource="contacts")
    assert (run.format, run.created_count, run.failed_count) == ("xlsx", 1, 1), list(run.rows.values())
    aasa = Contact.objects.get()
    assert (aasa.external_id, aasa.postal_code, aasa.birthdate.isoformat()) == ("351000000001", "01067", "1985-04-12")
    assert aasa.created_at.isoformat().startswith("2024-12-05")
    failed = run.rows.get()
    assert (failed.line, failed.cells[:5]) == (4, ["Bo", "Ek", "007", "00123", "31149"])


def test_a_workbook_with_more_sheets_says_which_one_is_read(as_actor, owner):
    index = '<sheet name="More" sheetId="2" r:id="r1"/></sheets>'
    parts = {"xl/workbook.xml": INDEX.replace("</sheets>", index)}
    content = workbook([[text("Name"), text("Industry")], [text("Acme"), text("Steel")]], parts)
    run = import_text(as_actor(owner), content, name="a.xlsx", resource="customers")
    assert run.warnings[0]["code"] == "other_sheets" and Customer.objects.get().industry == "Steel"
