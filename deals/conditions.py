"""What deals and activities can be filtered by."""

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.conditions import Filterable, fields_of
from customers.conditions import OWNER
from deals.models import Activity, Deal, Stage
from deals.models.activity import OPEN
from deals.models.choices import DealStatus


def _stages(actor: Actor) -> list[tuple[Any, Any]]:
    return [(str(stage.pk), stage) for stage in Stage.objects.for_actor(actor).select_related("pipeline")]


def _late_deals(is_late: bool) -> Q:
    late = Q(status=DealStatus.OPEN, expected_close_date__lt=timezone.localdate())
    return late if is_late else ~Q(status=DealStatus.OPEN) | ~Q(expected_close_date__lt=timezone.localdate())


def _late_activities(is_late: bool) -> Q:
    late = Q(status__in=OPEN) & Q(due_at__isnull=False, due_at__lt=timezone.now())
    return late if is_late else ~Q(status__in=OPEN) | Q(due_at__isnull=True) | Q(due_at__gte=timezone.now())


DEAL_CONDITIONS = (
    *fields_of(Deal, "status"),
    Filterable("stage", _("Stage"), "choice", "stage", _stages),
    OWNER,
    Filterable("overdue", _("Overdue"), "flag", rows=_late_deals),
    *fields_of(Deal, "expected_close_date", "last_activity_at", "stage_changed_at", "closed_at", "created_at"),
    *fields_of(Deal, "updated_at", "amount", "probability", "deal_type", "source", "forecast_category"),
    *fields_of(Deal, "name", "next_step", "lost_reason", "currency", "external_id"),
)
ACTIVITY_CONDITIONS = (
    *fields_of(Activity, "type", "status", "priority", "direction"),
    OWNER,
    Filterable("overdue", _("Overdue"), "flag", rows=_late_activities),
    *fields_of(Activity, "due_at", "starts_at", "completed_at", "created_at", "updated_at", "subject", "location"),
)
