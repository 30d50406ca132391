"""What a person agreed to, per channel: every change is a row of its own, the latest one holds."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.actor import Actor
from crm.core.fields import LineField, ProseField
from crm.core.records import Identified
from customers.models.choices import Channel, ConsentStatus, LawfulBasis
from customers.models.contact import Contact
from customers.models.lead import Lead


class ConsentQuerySet(models.QuerySet["Consent"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        """Those of the contacts and leads that the actor may do this to."""
        contacts = Contact.objects.for_actor(actor, action).values("pk")
        leads = Lead.objects.for_actor(actor, action).values("pk")
        return self.filter(Q(contact__in=contacts) | Q(lead__in=leads))


class Consent(Identified):
    """`at` is when the person said so, `created_at` when it was written down. After an erasure only the facts stay."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="consents")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="consents")
    channel = models.CharField(max_length=10, choices=Channel)
    status = models.CharField(max_length=10, choices=ConsentStatus)
    lawful_basis = models.CharField(max_length=20, choices=LawfulBasis, blank=True)
    source = LineField(max_length=100, blank=True, help_text=_("Where it was said: a form, a call, a fair."))
    text_version = LineField(max_length=50, blank=True, help_text=_("Which wording the person saw."))
    evidence = ProseField(max_length=2000, blank=True, help_text=_("What proves it, and where to find it."))
    at = models.DateTimeField(_("since"), default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    RESOURCE: ClassVar[str] = "contacts"
    objects = ConsentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["contact", "at", "id"], name="consent_contact_at"),
            models.Index(fields=["lead", "at", "id"], name="consent_lead_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact__isnull=False, lead__isnull=True) | Q(contact__isnull=True, lead__isnull=False),
                name="consent_of_one_person",
            ),
            models.CheckConstraint(
                condition=~Q(status="granted") | ~Q(lawful_basis=""), name="consent_granted_has_basis"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_status_display()}"

    @property
    def subject(self) -> Contact | Lead:
        return self.contact or self.lead  # type: ignore[return-value]

    @property
    def team_id(self) -> UUID:
        return self.subject.team_id
