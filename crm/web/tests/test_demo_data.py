"""The demo company: the same for the same seed, in working order, and never in production."""

import hashlib
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from accounts.models import Application, User
from auditlog.models import AuditEvent
from crm.lists.models import SavedView
from crm.transfer.models import ImportRun
from crm.web.demo.people import ACCOUNTS, PASSWORD, address
from customers.documents.content import opened
from customers.models import (
    BillingProfile,
    Contact,
    Customer,
    CustomField,
    Document,
    DocumentVersion,
    DuplicatePair,
    Label,
    Lead,
    Merge,
    Note,
    StoredContent,
)
from customers.tree import tree_of
from deals.models import Activity, Deal, StageChange

pytestmark = pytest.mark.django_db
KINDS = (Customer, Contact, Lead, Deal, Activity, Note)


def demo_data(**options: int) -> str:
    said = StringIO()
    call_command("demo_data", stdout=said, **options)
    return said.getvalue()


def ids() -> dict[str, set[str]]:
    return {kind.__name__: {str(pk) for pk in kind.objects.values_list("pk", flat=True)} for kind in KINDS}


def test_every_account_of_the_list_can_sign_in_and_is_printed(client):
    said = demo_data(customers=4)
    for name, role, _full_name, teams in ACCOUNTS:
        user = User.objects.get(email=address(name))
        assert user.check_password(PASSWORD) and user.role.name == role and address(name) in said
        assert set(user.memberships.values_list("team__name", flat=True)) == set(teams)
    assert client.login(username=address("rep"), email=address("rep"), password=PASSWORD)


def test_the_same_seed_makes_the_same_company_and_another_seed_another():
    demo_data(customers=12, seed=5)
    first, names = ids(), list(Customer.objects.order_by("pk").values_list("name", flat=True))
    for kind in (Activity, Note, StageChange, Deal, Lead, Contact, Customer, Label):
        kind.objects.all().delete()
    demo_data(customers=12, seed=5)
    assert ids() == first and list(Customer.objects.order_by("pk").values_list("name", flat=True)) == names
    demo_data(customers=12, seed=6)
    assert len(ids()["Customer"]) == 24


def test_asked_again_it_adds_nothing_and_with_more_it_adds_the_rest():
    demo_data(customers=6)
    before = ids()
    assert "nothing was added" in demo_data() and ids() == before
    demo_data(customers=10)
    assert ids()["Customer"] > before["Customer"] and Customer.objects.count() == 10


def test_deals_tell_one_story_in_stage_status_history_and_trail():
    demo_data(customers=60)
    for deal in Deal.objects.select_related("stage").prefetch_related("stage_changes"):
        steps = sorted(deal.stage_changes.all(), key=lambda step: step.at)
        assert steps[-1].to_stage_id == deal.stage_id and steps[0].from_stage_id is None
        assert deal.status == deal.stage.status and (deal.closed_at is None) == (deal.status == "open")
        moves = AuditEvent.objects.filter(object_id=str(deal.pk), action="deals.moved").count()
        assert moves == len(steps) - 1
    assert set(Deal.objects.values_list("status", flat=True)) == {"open", "won", "lost"}


def test_nothing_crosses_the_line_between_the_teams():
    demo_data(customers=40)
    for kind in (Contact, Deal, Activity, Note):
        assert not kind.objects.exclude(customer__team=F("team")).exists()
    assert not Activity.objects.filter(deal__isnull=False).exclude(deal__team=F("team")).exists()
    assert not Deal.objects.filter(customer__isnull=False).exclude(owner__memberships__team=F("team")).exists()


def test_records_pass_the_rules_that_forms_and_api_apply():
    demo_data(customers=20)
    for kind in (*KINDS, Label):
        for row in kind.objects.all():
            row.full_clean()


def test_what_happened_lies_in_the_past_and_some_work_lies_ahead():
    demo_data(customers=40)
    now = timezone.now()
    assert not Deal.objects.filter(stage_changed_at__gt=now).exists()
    assert not Activity.objects.filter(completed_at__gt=now).exists()
    assert Activity.objects.filter(completed_at=None, due_at__gt=now).exists()
    assert (
        Customer.objects.exclude(last_activity_at=None).exists() and not AuditEvent.objects.filter(at__gt=now).exists()
    )


def test_the_public_client_of_the_documentation_is_there():
    demo_data(customers=1)
    assert Application.objects.get(client_id="crm_web_app").client_type == "public"


def test_production_refuses(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="ENVIRONMENT=production"):
        demo_data(customers=1)
    assert not User.objects.exists()


def test_a_negative_number_is_refused():
    with pytest.raises(CommandError):
        demo_data(customers=-1)


SHOWN = (Customer, Contact, Deal, Document, DocumentVersion, StoredContent, CustomField, SavedView, ImportRun)


def shown() -> dict[str, list[tuple[Any, int]]]:
    """Every record of what a newcomer looks at, with its version where it has one."""
    kinds = (*SHOWN, BillingProfile, DuplicatePair, Merge, AuditEvent)
    return {
        kind.__name__: [(one.pk, getattr(one, "version", 1)) for one in kind.objects.order_by("pk")] for kind in kinds
    }


@pytest.fixture
def showcase(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    demo_data(customers=40)


def test_what_a_newcomer_looks_at_is_there_once(showcase):
    before = shown()
    demo_data(customers=40)
    assert shown() == before and all(before[kind.__name__] for kind in SHOWN)
    Document.objects.first().delete()
    demo_data(customers=41)
    assert Document.objects.count() == 2, "what somebody deleted does not come back"
    demo_data(customers=40, seed=8)
    assert SavedView.objects.count() == 5 and CustomField.objects.count() == 6


def test_a_group_of_three_levels_with_deals_below_its_head(showcase):
    head = Customer.objects.get(name__endswith="Holding AG")
    below = Customer.objects.filter(pk__in=tree_of(head.pk))
    assert set(below.values_list("account_level", flat=True)) == {0, 1, 2} and below.count() == 6
    assert Deal.objects.filter(customer__in=below).count() == 3


def test_papers_are_stored_and_are_what_their_digests_say(showcase):
    states = set()
    for version in DocumentVersion.objects.select_related("content", "document"):
        with opened(version.content) as file:
            content = file.read()
        assert hashlib.sha256(content).hexdigest() == version.content.sha256 == version.document.sha256
        states.add((version.content.content_type, version.document.status))
    assert states == {
        ("application/pdf", "verified"), ("application/pdf", "rejected"), ("image/png", "pending"),
    }  # fmt: skip


def test_fields_of_several_types_have_values(showcase):
    assert len(set(CustomField.objects.values_list("type", flat=True))) == 6
    for kind in (Customer, Contact, Deal):
        keys = set(CustomField.objects.filter(holder=kind._meta.model_name).values_list("key", flat=True))
        assert {key for one in kind.objects.all() for key in one.custom_fields} == keys


def test_the_duplicates_page_has_evident_pairs(showcase, client):
    client.force_login(User.objects.get(email=address("manager")))
    for kind, name in (("customer", "Shipping"), ("contact", "")):
        assert DuplicatePair.objects.filter(kind=kind, score__gte=80).exists()
        assert name in client.get(f"/duplicates/?kind={kind}").content.decode()


def test_views_open_and_the_import_tells_what_stayed_out(showcase, client):
    for who, lists in (("manager", ("customers", "contacts", "deals")), ("rep", ("activities",))):
        user = User.objects.get(email=address(who))
        client.force_login(user)
        views = SavedView.objects.filter(owner=user)
        assert set(views.values_list("resource", flat=True)) == set(lists)
        for view in views:
            assert view.name in client.get(f"/{view.resource}/?view={view.pk}").content.decode()
    run = ImportRun.objects.get()
    assert (run.state, run.created_count, run.failed_count) == ("finished", 12, 2)
    client.force_login(User.objects.get(email=address("manager")))
    assert "visitors.example" in client.get(f"/imports/{run.pk}/").content.decode()


def test_a_billing_profile_has_a_limit_and_a_next_invoice(showcase):
    assert BillingProfile.objects.count() == 7
    assert all(one.credit_limit and one.first_invoice_on for one in BillingProfile.objects.all())
