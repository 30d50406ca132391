"""People who may become customers; converted once, into customer, contact and deal."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from crm.core.custom_fields.definitions import HoldsCustomFields
from crm.core.erasable import ERASED, Erasable, emptied, stays_blank
from crm.core.fields import EmailAddressField, LineField, PhoneField, ProseField, WebAddressField
from crm.core.records import Record
from crm.core.searching import Searchable
from customers.models.choices import LeadStatus, LeadType, Rating, Source
from customers.models.contact import Contact
from customers.models.customer import ACTIVE, LARGEST_INTEGER, Customer

BLANK: dict[str, Any] = {
    "last_name": ERASED,
    **emptied("first_name", "title", "email", "phone", "website", "description", "external_id"),
    "custom_fields": {},
}


class Lead(Searchable, HoldsCustomFields, Erasable, Record):
    first_name = LineField(max_length=100, blank=True)
    last_name = LineField(max_length=100, blank=True)
    company_name = LineField(_("company"), max_length=200, blank=True)
    title = LineField(_("job title"), max_length=150, blank=True)
    email = EmailAddressField(_("e-mail"), blank=True)
    phone = PhoneField(blank=True)
    website = WebAddressField(blank=True)
    lead_type = models.CharField(_("type"), max_length=20, choices=LeadType, blank=True)
    source = models.CharField(max_length=20, choices=Source, blank=True)
    status = models.CharField(max_length=20, choices=LeadStatus, default=LeadStatus.NEW)
    rating = models.CharField(max_length=10, choices=Rating, blank=True)
    score = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    industry = LineField(max_length=100, blank=True)
    annual_revenue = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    employees = models.PositiveIntegerField(null=True, blank=True, validators=[LARGEST_INTEGER])
    description = ProseField(blank=True, max_length=20_000)
    external_id = LineField(_("external ID"), max_length=100, blank=True)
    last_activity_at = models.DateTimeField(null=True, blank=True, editable=False)
    converted_at = models.DateTimeField(null=True, blank=True, editable=False)
    converted_customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="converted_leads"
    )
    converted_contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="converted_leads"
    )
    converted_deal = models.ForeignKey(
        "deals.Deal", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="converted_leads"
    )

    RESOURCE: ClassVar[str] = "leads"
    BLANK: ClassVar[dict[str, Any]] = BLANK
    SEARCH_FIELDS = ("first_name", "last_name", "company_name", "email", "phone", "title", "external_id")

    class Meta:
        indexes = [
            models.Index(fields=["created_at", "id"], name="lead_created", condition=ACTIVE),
            models.Index(fields=["team", "created_at", "id"], name="lead_team_created", condition=ACTIVE),
            models.Index(fields=["last_name", "id"], name="lead_name", condition=ACTIVE),
            models.Index(fields=["team", "last_name", "id"], name="lead_team_name", condition=ACTIVE),
            models.Index(fields=["team", "status", "created_at", "id"], name="lead_team_status", condition=ACTIVE),
            models.Index(fields=["owner", "created_at", "id"], name="lead_owner_created", condition=ACTIVE),
            models.Index("team", Upper("email"), name="lead_team_email", condition=ACTIVE),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "external_id"], name="lead_external_id_once", condition=ACTIVE & ~Q(external_id="")
            ),
            models.CheckConstraint(condition=Q(score__lte=100), name="lead_score_to_100"),
            models.CheckConstraint(
                condition=Q(status="converted", converted_at__isnull=False)
                | (~Q(status="converted") & Q(converted_at__isnull=True)),
                name="lead_converted_has_moment",
            ),
            stays_blank("lead", BLANK),
        ]

    def __str__(self) -> str:
        person = " ".join(filter(None, (self.first_name, self.last_name)))
        return person or self.company_name or self.email

    def clean(self) -> None:
        if not (self.first_name or self.last_name or self.company_name or self.email):
            message = "A lead needs a name, a company or an e-mail address."
            raise ValidationError({"last_name": ValidationError(message, code="required")})
        if (self.status == LeadStatus.CONVERTED) != (self.converted_at is not None):
            message = "Convert a lead by its own action."
            raise ValidationError({"status": ValidationError(message, code="use_convert")})
