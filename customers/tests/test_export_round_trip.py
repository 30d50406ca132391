"""What was exported and is imported into an empty team is what it was, field by field, whatever people wrote."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from crm.core.spreadsheets import defused, is_risky, restored
from crm.transfer.exports import services as exports
from customers.models import Contact, Customer, Lead
from customers.models.choices import ContactType, CustomerStatus, LeadStatus, Source
from customers.tests.import_files import import_text
from customers.transfer import host_of

pytestmark = pytest.mark.django_db
NASTY = (
    "=1+1",
    "'=1+1",
    "''=x",
    "-2+3",
    "@SUM(A1)",
    "+cmd|' /C calc'!A0",
    "007",
    "'quoted'",
    '"',
    'a"b,c;d',
    "שלום",
    "👩🏽‍💻 é",
    "#N/A",
    "NULL",
)
ALPHABET = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"))
LINE = st.one_of(st.sampled_from(NASTY), st.text(ALPHABET, max_size=12))
PROSE = st.one_of(LINE, st.lists(LINE, max_size=3).map("\n".join))
PHONES = st.sampled_from(["", "+493012345678", "+442079460017;ext=12", "+12125550100"])


def cleaned(model: type[Any], name: str, text: str) -> Any:
    """As the field stores it; empty where it would refuse."""
    try:
        value = model._meta.get_field(name).clean(text, None)
    except ValidationError:
        return ""
    return "" if isinstance(value, str) and value.isspace() else value


def fields_for(model: type[Any], lines: tuple[str, ...], **others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    texts = {name: LINE.map(lambda text, name=name: cleaned(model, name, text)) for name in lines}
    return st.fixed_dictionaries({**texts, **others})


CONTACTS = fields_for(
    Contact,
    ("salutation", "first_name", "title", "department", "street", "city", "state", "postal_code"),
    last_name=LINE.map(lambda text: cleaned(Contact, "last_name", text) or "Nobody"),
    contact_type=st.sampled_from(ContactType.values),
    lead_source=st.sampled_from(["", *Source.values]),
    phone=PHONES,
    mobile_phone=PHONES,
    country=st.sampled_from(["", "DE", "NZ"]),
    birthdate=st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2030, 1, 1))),
    do_not_call=st.booleans(),
    opted_out_of_email=st.booleans(),
    description=PROSE.map(lambda text: cleaned(Contact, "description", text)),
)
CUSTOMERS = fields_for(
    Customer,
    ("legal_name", "industry", "ownership", "billing_street", "billing_city", "tax_id"),
    name=LINE.map(lambda text: cleaned(Customer, "name", text) or "Nameless"),
    status=st.sampled_from(CustomerStatus.values),
    website=st.sampled_from(["", "https://acme.example/about?x=1", "http://www.acme.example"]),
    annual_revenue=st.one_of(st.none(), st.decimals(0, Decimal("9999999999"), places=2)),
    employees=st.one_of(st.none(), st.integers(0, 2_147_483_647)),
    phone=PHONES,
    description=PROSE.map(lambda text: cleaned(Customer, "description", text)),
)
LEADS = fields_for(
    Lead,
    ("first_name", "company_name", "title", "industry"),
    last_name=LINE.map(lambda text: cleaned(Lead, "last_name", text) or "Nobody"),
    status=st.sampled_from([one for one in LeadStatus.values if one != "converted"]),
    score=st.integers(0, 100),
    description=PROSE.map(lambda text: cleaned(Lead, "description", text)),
)
SOME = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def between(settings: Any, tmp_path: Any, manager: Any, south: Any, north: Any, as_actor: Any) -> Any:
    """Exports a model's records of North, imports the file into South, and answers both as plain values."""
    settings.MEDIA_ROOT = tmp_path
    Membership.objects.create(user=manager, team=south)
    actor = as_actor(manager)

    def go(model: type[Any], form: str, rows: list[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
        model.objects.all().delete()
        made = [model(team=north, owner=manager, external_id=f"E{n}", **values) for n, values in enumerate(rows)]
        model.objects.bulk_create(made)
        filters = {"team": str(north.pk)}
        export = exports.export_create(actor, resource=model.RESOURCE, format=form, filters=filters)
        with export.file.open("rb") as file:
            run = import_text(actor, file.read(), team=south)
        assert (run.source, run.created_count, run.failed_count) == ("vouch", len(rows), 0), list(
            run.rows.values("reasons")
        )
        names = [*rows[0], "external_id", "owner_id", *(["created_at"] if form != "xlsx" else [])]
        return tuple(
            list(model.objects.filter(team=team).order_by("external_id").values(*names)) for team in (north, south)
        )  # type: ignore[return-value]

    return go


@SOME
@given(rows=st.lists(CONTACTS, min_size=1, max_size=4), form=st.sampled_from(["csv", "csv-excel", "xlsx"]))
def test_contacts(between, rows, form):
    before, after = between(Contact, form, rows)
    assert after == before


@SOME
@given(rows=st.lists(CUSTOMERS, min_size=1, max_size=4))
def test_customers(between, rows):
    values = [{**row, "domain": host_of(row["website"]), "identifiers": known(n, row)} for n, row in enumerate(rows)]
    before, after = between(Customer, "csv", values)
    assert after == before


def known(number: int, row: dict[str, Any]) -> list[dict[str, str]]:
    """What people wrote elsewhere in the row, as numbers of this row only."""
    city, street = row["billing_city"], row["billing_street"]
    first = {"kind": "register", "value": f"{city}|{number}", "country": "DE", "label": street}
    return [first, {"kind": "other", "value": f"{street}\\{number}", "country": "", "label": city or "|"}]


@SOME
@given(rows=st.lists(LEADS, min_size=1, max_size=4))
def test_leads(between, rows):
    before, after = between(Lead, "csv", rows)
    assert after == before


def test_people_find_their_company_again(between, north, south, manager, as_actor, acme):
    Customer.objects.filter(pk=acme.pk).update(external_id="C1")
    Customer.objects.create(name="Acme", external_id="C1", team=south)
    Customer.objects.create(name="Acme", external_id="C2", team=south)
    between(Contact, "csv", [{"last_name": "Arendt", "customer": acme}])
    assert Contact.objects.get(team=south).customer.external_id == "C1"


@given(st.one_of(LINE, st.sampled_from(["\t=x", "\r", "\n1", " =x", "'\t", "'"])))
def test_defusing_is_undone_and_leaves_nothing_that_runs(text):
    shown = defused(text)
    assert restored(shown) == text
    assert not is_risky(shown)
