"""Calls, e-mails, meetings and tasks: done or planned, about a customer, contact, lead or deal."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from crm.core.fields import LineField, ProseField
from crm.core.records import Record
from crm.core.searching import Searchable
from customers.models import Contact, Customer, Lead
from customers.models.choices import Priority
from customers.models.customer import ACTIVE
from deals.models.choices import ActivityStatus, ActivityType, Direction
from deals.models.deal import Deal

SUBJECTS = ("customer", "contact", "lead", "deal")
OPEN = (ActivityStatus.PLANNED, ActivityStatus.IN_PROGRESS, ActivityStatus.DEFERRED)
DONE = (ActivityStatus.HELD, ActivityStatus.COMPLETED)


class Activity(Searchable, Record):
    type = models.CharField(max_length=10, choices=ActivityType)
    subject = LineField(max_length=255)
    status = models.CharField(max_length=20, choices=ActivityStatus, default=ActivityStatus.PLANNED)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.NORMAL)
    direction = models.CharField(max_length=10, choices=Direction, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    all_day = models.BooleanField(default=False)
    location = LineField(max_length=255, blank=True)
    description = ProseField(blank=True, max_length=50_000)
    attendees = models.ManyToManyField(Contact, blank=True, related_name="attended")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="activities")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="activities")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="activities")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, null=True, blank=True, related_name="activities")
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "activities"
    SEARCH_FIELDS = ("subject", "location", "description")

    class Meta:
        verbose_name_plural = "activities"
        indexes = [
            models.Index(fields=["team", "created_at", "id"], name="activity_team_created", condition=ACTIVE),
            models.Index(fields=["created_at", "id"], name="activity_created", condition=ACTIVE),
            models.Index(
                fields=["team", "due_at", "id"], name="activity_team_open", condition=ACTIVE & Q(status__in=OPEN)
            ),
            models.Index(fields=["due_at", "id"], name="activity_open", condition=ACTIVE & Q(status__in=OPEN)),
            models.Index(
                fields=["owner", "due_at", "id"],
                name="activity_owner_open",
                condition=ACTIVE & Q(completed_at__isnull=True),
            ),
            *(
                models.Index(fields=[subject, "created_at", "id"], name=f"activity_{subject}", condition=ACTIVE)
                for subject in SUBJECTS
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="activity_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_done(self) -> bool:
        return self.status in DONE

    @property
    def is_overdue(self) -> bool:
        return self.status in OPEN and self.due_at is not None and self.due_at < timezone.now()

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            message = "It cannot end before it starts."
            raise ValidationError({"ends_at": ValidationError(message, code="ends_before_start")})
