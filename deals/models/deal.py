"""Deals, the people in them, and the history of their stages."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from babel.numbers import is_currency
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.core.currencies import CURRENCY
from crm.core.custom_fields.definitions import HoldsCustomFields
from crm.core.fields import LineField, ProseField
from crm.core.records import Record
from crm.core.searching import Searchable
from customers.models import Contact, Customer
from customers.models.choices import Source
from customers.models.customer import ACTIVE
from deals.models.choices import ContactRole, DealStatus, DealType, ForecastCategory
from deals.models.pipeline import Pipeline, Stage

STALE_AFTER = timedelta(days=30)


def default_currency() -> str:
    return settings.DEFAULT_CURRENCY


class Deal(Searchable, HoldsCustomFields, Record):
    """`probability` overrides the stage's, in percent; `status` follows the stage."""

    name = LineField(max_length=200)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="deals")
    contacts = models.ManyToManyField(Contact, through="deals.DealContact", related_name="deals")
    amount = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, default=default_currency, validators=[CURRENCY])
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="deals")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deals")
    status = models.CharField(max_length=10, choices=DealStatus, default=DealStatus.OPEN, editable=False)
    probability = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    expected_close_date = models.DateField(null=True, blank=True)
    deal_type = models.CharField(max_length=20, choices=DealType, blank=True)
    source = models.CharField(max_length=20, choices=Source, blank=True)
    next_step = LineField(max_length=255, blank=True)
    forecast_category = models.CharField(
        max_length=20, choices=ForecastCategory, default=ForecastCategory.PIPELINE, blank=True
    )
    lost_reason = LineField(max_length=255, blank=True)
    description = ProseField(blank=True, max_length=20_000)
    external_id = LineField(max_length=100, blank=True)
    stage_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_activity_at = models.DateTimeField(null=True, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "deals"
    SEARCH_FIELDS = ("name", "next_step", "external_id")

    class Meta:
        indexes = [
            models.Index(fields=["created_at", "id"], name="deal_created", condition=ACTIVE),
            models.Index(fields=["team", "created_at", "id"], name="deal_team_created", condition=ACTIVE),
            models.Index(fields=["name", "id"], name="deal_name", condition=ACTIVE),
            models.Index(fields=["team", "name", "id"], name="deal_team_name", condition=ACTIVE),
            models.Index(fields=["team", "amount", "id"], name="deal_team_amount", condition=ACTIVE),
            models.Index(fields=["team", "expected_close_date", "id"], name="deal_team_close", condition=ACTIVE),
            models.Index(fields=["stage", "stage_changed_at", "id"], name="deal_stage_changed", condition=ACTIVE),
            models.Index(fields=["team", "stage", "stage_changed_at", "id"], name="deal_team_stage", condition=ACTIVE),
            models.Index(fields=["stage", "currency", "team", "amount"], name="deal_board_totals", condition=ACTIVE),
            models.Index(fields=["owner", "created_at", "id"], name="deal_owner_created", condition=ACTIVE),
            models.Index(fields=["customer", "created_at", "id"], name="deal_customer_created", condition=ACTIVE),
            models.Index(fields=["team", "status", "closed_at"], name="deal_team_closed", condition=ACTIVE),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "external_id"], name="deal_external_id_once", condition=ACTIVE & ~Q(external_id="")
            ),
            models.CheckConstraint(condition=~Q(name=""), name="deal_has_name"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="deal_amount_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__lte=100), name="deal_probability_to_100"
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True) | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="deal_closed_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def effective_probability(self) -> int:
        """The override counts while the deal is open; won and lost are what their stage says."""
        is_overridden = self.probability is not None and self.status == DealStatus.OPEN
        return self.probability if is_overridden else self.stage.probability  # type: ignore[return-value]

    @property
    def weighted_amount(self) -> Decimal | None:
        """In the deal's currency, rounded to cents."""
        if self.amount is None:
            return None
        return (self.amount * self.effective_probability / 100).quantize(Decimal("0.01"))

    @property
    def is_overdue(self) -> bool:
        closes = self.expected_close_date
        return self.status == DealStatus.OPEN and closes is not None and closes < timezone.localdate()

    @property
    def is_stale(self) -> bool:
        """Open, and nothing happened for a while."""
        touched = max(filter(None, (self.stage_changed_at, self.last_activity_at)))
        return self.status == DealStatus.OPEN and touched < timezone.now() - STALE_AFTER

    def clean(self) -> None:
        if self.stage_id and self.pipeline_id and self.stage.pipeline_id != self.pipeline_id:
            message = "The stage belongs to another pipeline."
            raise ValidationError({"stage": ValidationError(message, code="wrong_pipeline")})
        if not is_currency(self.currency):
            message = "There is no such currency in ISO 4217."
            raise ValidationError({"currency": ValidationError(message, code="invalid_currency")})


class DealContact(models.Model):
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="deal_contacts")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="deal_contacts")
    role = models.CharField(max_length=30, choices=ContactRole, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "contact"], name="deal_contact_once")]

    def __str__(self) -> str:
        return f"{self.contact} in {self.deal}"


class StageChange(models.Model):
    """One step of a deal through its pipeline. Who is kept as id and label, so it outlives the person's account."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="stage_changes")
    from_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, null=True, related_name="+")
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=255)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["deal", "at"], name="stage_change_deal_at"),
            models.Index(fields=["at", "id"], name="stage_change_at"),
        ]

    def __str__(self) -> str:
        return f"{self.deal}: {self.from_stage} → {self.to_stage}"
