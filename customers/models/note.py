"""What somebody wrote down about a customer, contact, lead or deal. The owner of a note is its author."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.fields import ProseField
from crm.core.markdown import as_html
from crm.core.records import Record
from crm.core.searching import Searchable
from customers.models.choices import NoteCategory, Priority, Visibility
from customers.models.contact import Contact
from customers.models.customer import ACTIVE, Customer
from customers.models.lead import Lead
from customers.models.subjects import HAS_SUBJECT, SUBJECTS, AboutSubject

PERSON = "settings:people_detail"


class Note(AboutSubject, Searchable, Record):
    body = ProseField(max_length=50_000, help_text=_("Markdown works: **bold**, lists, links."))
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.INTERNAL)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.NORMAL)
    category = models.CharField(max_length=15, choices=NoteCategory, default=NoteCategory.GENERAL)
    pinned = models.BooleanField(default=False)
    # [{"id", "name"}] of colleagues: who is meant was settled when it was written, among those who may read it.
    mentions = models.JSONField(default=list, blank=True, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="notes")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="notes")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="notes")
    deal = models.ForeignKey("deals.Deal", on_delete=models.CASCADE, null=True, blank=True, related_name="notes")

    RESOURCE: ClassVar[str] = "notes"
    SEARCH_FIELDS = ("body",)

    class Meta:
        indexes = [
            models.Index(fields=["team", "created_at", "id"], name="note_team_created", condition=ACTIVE),
            models.Index(fields=["created_at", "id"], name="note_created", condition=ACTIVE),
            *(
                models.Index(fields=[subject, "created_at", "id"], name=f"note_{subject}_created", condition=ACTIVE)
                for subject in SUBJECTS
            ),
        ]
        constraints = [models.CheckConstraint(condition=HAS_SUBJECT, name="note_has_subject")]

    def __str__(self) -> str:
        return self.body[:80]

    @property
    def body_html(self) -> str:
        return as_html(self.body, {f"@{one['name']}": reverse(PERSON, args=[one["id"]]) for one in self.mentions})

    def clean(self) -> None:
        if not self.body.strip():
            raise ValidationError({"body": ValidationError("A note needs some text.", code="required")})
        self.ensure_subject("Say what the note is about: customer, contact, lead or deal.")
