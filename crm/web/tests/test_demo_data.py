"""The demo company: the same for the same seed, in working order, and never in production."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from accounts.models import Application, User
from auditlog.models import AuditEvent
from crm.web.demo.people import ACCOUNTS, PASSWORD, address
from customers.models import Contact, Customer, Label, Lead, Note
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
