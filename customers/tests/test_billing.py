"""How a customer is billed: for who may know, with a tax id that can be one, and days that never drift."""

import calendar
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlog.models import AuditEvent
from customers import services
from customers.billing.dates import MONTHS, next_invoice
from customers.billing.tax_ids import is_possible
from customers.models import BillingProfile, Contact
from deals.services import deal_create

DAYS = st.dates(date(1990, 1, 1), date(2200, 12, 31))
CYCLES = st.sampled_from(sorted(MONTHS))


def last_of(day):
    return calendar.monthrange(day.year, day.month)[1]


class TestNextInvoice:
    @pytest.mark.parametrize(
        ("first", "cycle", "on", "found"),
        [
            ("2026-01-31", "monthly", "2026-02-01", "2026-02-28"),
            ("2026-01-31", "monthly", "2026-03-01", "2026-03-31"),
            ("2026-01-31", "monthly", "2028-02-10", "2028-02-29"),
            ("2028-02-29", "yearly", "2029-01-01", "2029-02-28"),
            ("2028-02-29", "yearly", "2032-01-01", "2032-02-29"),
            ("2025-11-30", "quarterly", "2026-01-01", "2026-02-28"),
            ("2025-11-30", "quarterly", "2026-03-01", "2026-05-30"),
            ("2026-05-15", "monthly", "2026-01-01", "2026-05-15"),
            ("2026-05-15", "monthly", "2026-06-15", "2026-06-15"),
            ("2026-05-15", "once", "2026-05-15", "2026-05-15"),
            ("2026-05-15", "once", "2026-05-16", None),
            ("9999-12-31", "monthly", "9999-12-31", "9999-12-31"),
        ],
    )
    def test_by_hand(self, first, cycle, on, found):
        expected = date.fromisoformat(found) if found else None
        assert next_invoice(date.fromisoformat(first), cycle, date.fromisoformat(on)) == expected

    @given(first=DAYS, cycle=CYCLES, on=DAYS)
    def test_it_is_never_before_the_day_and_always_on_the_anchor_or_the_months_end(self, first, cycle, on):
        found = next_invoice(first, cycle, on)
        assert found >= on and found >= first
        assert found.day == min(first.day, last_of(found))
        months = (found.year - first.year) * 12 + found.month - first.month
        assert months % MONTHS[cycle] == 0

    @given(first=DAYS, cycle=CYCLES, on=DAYS)
    def test_no_earlier_day_of_the_series_would_do(self, first, cycle, on):
        found = next_invoice(first, cycle, on)
        if found > first:
            assert (found - on).days <= 31 * MONTHS[cycle]
            assert next_invoice(first, cycle, on - timedelta(days=1)) <= found

    @given(first=DAYS, cycle=CYCLES)
    def test_walking_the_series_for_years_never_drifts(self, first, cycle):
        day = first
        for step in range(1, 30):
            day = next_invoice(first, cycle, day + timedelta(days=1))
            months = (day.year - first.year) * 12 + day.month - first.month
            assert months == step * MONTHS[cycle] and day.day == min(first.day, last_of(day))


@pytest.mark.parametrize(
    ("country", "number", "possible"),
    [
        ("DE", "DE136695976", True),
        ("DE", "136 695 976", True),
        ("DE", "DE136695970", False),
        ("AT", "ATU13585627", True),
        ("FR", "FR40303265045", True),
        ("GB", "GB980780684", True),
        ("US", "12-3456789", True),
        ("US", "hello", False),
        ("XK", "anything", True),
    ],
)
def test_a_tax_id_is_checked_by_its_country(country, number, possible):
    assert is_possible(country, number) is possible


@pytest.fixture
def profile(as_actor, manager, acme):
    return services.billing_profile_create(
        as_actor(manager), customer=acme, credit_limit=Decimal("1000"), currency="EUR", tax_country="DE",
        tax_id="DE136695976",
    )  # fmt: skip


@pytest.mark.django_db
class TestProfile:
    def test_who_may_bill_sets_it_up_once(self, api, manager, acme, anna):
        body = {
            "cycle": "quarterly",
            "first_invoice_on": "2020-01-31",
            "contact": str(anna.pk),
            "credit_limit": "500.00",
        }
        answer = api(manager).post(f"customers/{acme.pk}/billing", body)
        assert answer.status_code == 201, answer.content
        assert answer.json()["next_invoice_on"] and answer.json()["credit_limit"] == "500.00"
        again = api(manager).post("billing-profiles", {"customer": str(acme.pk)})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "already_exists")
        assert BillingProfile.objects.count() == 1

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({"tax_id": "DE136695970", "tax_country": "DE"}, "tax_id", "invalid_tax_id"),
            ({"tax_id": "DE136695976"}, "tax_country", "required"),
            ({"currency": "XXY"}, "currency", "invalid_currency"),
            ({"payment_days": 400}, "payment_days", "max_value"),
            ({"credit_limit": "-1"}, "credit_limit", "min_value"),
            ({"cycle": "weekly"}, "cycle", "invalid_choice"),
        ],
    )
    def test_what_cannot_be_is_refused_with_its_field(self, body, field, code, api, manager, acme):
        answer = api(manager).post("billing-profiles", {"customer": str(acme.pk), **body})
        detail = answer.json()["error"]["details"][0]
        assert (answer.status_code, detail["field"], detail["code"]) == (422, field, code)
        assert not BillingProfile.objects.exists()

    def test_the_contact_is_one_of_the_customers(self, api, manager, acme, north):
        stranger = Contact.objects.create(last_name="Elsewhere", team=north)
        body = {"customer": str(acme.pk), "contact": str(stranger.pk)}
        detail = api(manager).post("billing-profiles", body).json()["error"]["details"][0]
        assert (detail["field"], detail["code"]) == ("contact", "unknown_reference")

    def test_who_only_reads_changes_nothing_and_an_outsider_sees_nothing(self, api, owner, outsider, profile, acme):
        assert api(owner).get(f"billing-profiles/{profile.pk}").json()["tax_id"] == "DE136695976"
        assert api(owner).patch(f"billing-profiles/{profile.pk}", {"payment_days": 1}).status_code == 403
        assert api(outsider).get(f"billing-profiles/{profile.pk}").status_code == 404
        assert api(outsider).get(f"customers/{acme.pk}/billing").status_code == 404

    def test_a_role_without_the_right_meets_it_nowhere(self, api, sign_in, make_user, north, acme, profile):
        marketing = make_user("marketing@north.example", role="marketing", teams=(north,))
        assert api(marketing).get(f"billing-profiles/{profile.pk}").status_code == 403
        assert sign_in(marketing).get(f"/billing/{acme.pk}/").status_code == 403
        assert b"/billing/" not in sign_in(marketing).get(f"/customers/{acme.pk}/").content

    def test_reading_the_sensitive_part_leaves_a_trace(self, api, owner, profile):
        api(owner).get(f"billing-profiles/{profile.pk}")
        event = AuditEvent.objects.get(action="billing_profiles.viewed_sensitive")
        assert json.loads(event.changes)["fields"][1] == ["credit_limit", "tax_id"]


@pytest.mark.django_db
class TestPages:
    def test_the_card_leads_to_the_form_and_shows_what_was_saved(self, sign_in, manager, acme):
        client = sign_in(manager)
        assert b"Set up billing" in client.get(f"/billing/{acme.pk}/").content
        form = {"cycle": "monthly", "first_invoice_on": "2020-01-31", "payment_days": "14", "currency": "EUR"}
        form |= {"payment_preference": "card", "delivery": "email", "tax_country": "DE", "tax_id": "DE136695976"}
        assert client.post(f"/billing/{acme.pk}/edit/", form).url == f"/customers/{acme.pk}/"
        card = client.get(f"/billing/{acme.pk}/").content
        assert b"DE136695976" in card and b"Next invoice" in card and b"14" in card

    def test_a_refusal_keeps_what_was_typed_and_a_stale_form_overwrites_nothing(self, sign_in, manager, acme, profile):
        client = sign_in(manager)
        form = {"cycle": "monthly", "payment_days": "14", "currency": "EUR", "payment_preference": "card"}
        form |= {"delivery": "email", "tax_country": "DE", "tax_id": "DE136695970", "version": "1"}
        answer = client.post(f"/billing/{acme.pk}/edit/", form)
        assert (
            answer.status_code == 422 and b"DE136695970" in answer.content and b"cannot be a tax ID" in answer.content
        )
        good = {**form, "tax_id": "DE136695976"}
        assert client.post(f"/billing/{acme.pk}/edit/", good).status_code == 302
        assert client.post(f"/billing/{acme.pk}/edit/", {**good, "payment_days": "60"}).status_code == 412
        profile.refresh_from_db()
        assert profile.payment_days == 14

    def test_deals_beyond_the_limit_are_pointed_out_to_who_may_know(
        self, sign_in, actor, owner, make_user, north, acme, profile
    ):
        within = deal_create(actor, name="Wheels", customer=acme, amount=Decimal("900"), currency="EUR")
        page = f"/deals/{within.pk}/"
        assert b"Beyond the credit limit" not in sign_in(owner).get(page).content
        deal_create(actor, name="More wheels", customer=acme, amount=Decimal("200"), currency="EUR")
        deal_create(actor, name="Abroad", customer=acme, amount=Decimal("9000"), currency="USD")
        shown = sign_in(owner).get(page).content.decode()
        assert "Beyond the credit limit" in shown and "1,100" in shown and "9,000" not in shown
        assert "100" in sign_in(owner).get(f"/billing/{acme.pk}/").content.decode()
        marketing = make_user("marketing@north.example", role="marketing", teams=(north,))
        assert b"Beyond the credit limit" not in sign_in(marketing).get(page).content
