"""People at customers."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from crm.core.fields import EmailAddressField, LineField, PhoneField, ProseField, WebAddressField
from crm.core.records import Record
from crm.core.searching import Searchable
from customers.models.choices import ContactType, Source
from customers.models.customer import ACTIVE, COUNTRY, Customer


class Contact(Searchable, Record):
    salutation = LineField(max_length=20, blank=True)
    first_name = LineField(max_length=100, blank=True)
    last_name = LineField(max_length=100, blank=True)
    title = LineField(_("job title"), max_length=150, blank=True)
    department = LineField(max_length=100, blank=True)
    contact_type = models.CharField(_("type"), max_length=20, choices=ContactType, default=ContactType.OTHER)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="contacts")
    reports_to = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reports")
    email = EmailAddressField(_("e-mail"), blank=True)
    phone = PhoneField(blank=True)
    mobile_phone = PhoneField(blank=True)
    street = LineField(max_length=255, blank=True)
    city = LineField(max_length=100, blank=True)
    state = LineField(max_length=100, blank=True)
    postal_code = LineField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True, validators=[COUNTRY])
    birthdate = models.DateField(null=True, blank=True)
    lead_source = models.CharField(max_length=20, choices=Source, blank=True)
    do_not_call = models.BooleanField(_("do not call"), default=False)
    opted_out_of_email = models.BooleanField(_("wants no e-mail"), default=False)
    linkedin_url = WebAddressField(_("LinkedIn"), blank=True)
    description = ProseField(blank=True, max_length=20_000)
    external_id = LineField(_("external ID"), max_length=100, blank=True)
    last_activity_at = models.DateTimeField(null=True, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "contacts"
    SENSITIVE: ClassVar[dict[str, tuple[str, ...]]] = {
        "personal": ("birthdate", "mobile_phone", "street", "postal_code", "city", "state")
    }
    SEARCH_FIELDS = ("first_name", "last_name", "email", "phone", "mobile_phone", "title", "external_id")

    class Meta:
        indexes = [
            models.Index(fields=["last_name", "id"], name="contact_name", condition=ACTIVE),
            models.Index(fields=["team", "last_name", "id"], name="contact_team_name", condition=ACTIVE),
            models.Index(fields=["created_at", "id"], name="contact_created", condition=ACTIVE),
            models.Index(fields=["team", "created_at", "id"], name="contact_team_created", condition=ACTIVE),
            models.Index(fields=["customer", "last_name", "id"], name="contact_customer_name", condition=ACTIVE),
            models.Index(fields=["owner", "last_name", "id"], name="contact_owner_name", condition=ACTIVE),
            models.Index("team", Upper("email"), name="contact_team_email", condition=ACTIVE),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "external_id"], name="contact_external_id_once", condition=ACTIVE & ~Q(external_id="")
            ),
            models.CheckConstraint(
                condition=~(Q(first_name="") & Q(last_name="") & Q(email="")), name="contact_has_name_or_email"
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.email

    def clean(self) -> None:
        if not (self.first_name or self.last_name or self.email):
            message = "A contact needs a name or an e-mail address."
            raise ValidationError({"last_name": ValidationError(message, code="required")})
        if self.reports_to_id and self.reports_to_id == self.id:
            raise ValidationError({"reports_to": ValidationError("Nobody reports to themselves.", code="cycle")})
