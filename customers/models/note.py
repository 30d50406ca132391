"""What somebody wrote down about a customer, contact, lead or deal. The owner of a note is its author."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from crm.core.fields import ProseField
from crm.core.records import Record
from customers.models.choices import Priority, Visibility
from customers.models.contact import Contact
from customers.models.customer import ACTIVE, Customer
from customers.models.lead import Lead

SUBJECTS = ("customer", "contact", "lead", "deal")


class Note(Record):
    body = ProseField(max_length=50_000)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.INTERNAL)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.NORMAL)
    pinned = models.BooleanField(default=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="notes")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="notes")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="notes")
    deal = models.ForeignKey("deals.Deal", on_delete=models.CASCADE, null=True, blank=True, related_name="notes")

    RESOURCE: ClassVar[str] = "notes"

    class Meta:
        indexes = [
            models.Index(fields=["team", "created_at", "id"], name="note_team_created", condition=ACTIVE),
            models.Index(fields=["created_at", "id"], name="note_created", condition=ACTIVE),
            *(
                models.Index(fields=[subject, "created_at", "id"], name=f"note_{subject}_created", condition=ACTIVE)
                for subject in SUBJECTS
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False)
                | Q(contact__isnull=False)
                | Q(lead__isnull=False)
                | Q(deal__isnull=False),
                name="note_has_subject",
            )
        ]

    def __str__(self) -> str:
        return self.body[:80]

    def clean(self) -> None:
        if not self.body.strip():
            raise ValidationError({"body": ValidationError("A note needs some text.", code="required")})
        if not any(getattr(self, f"{subject}_id") for subject in SUBJECTS):
            message = "Say what the note is about: customer, contact, lead or deal."
            raise ValidationError({"customer": ValidationError(message, code="required")})
