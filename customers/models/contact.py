"""People at customers."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from crm.core.canaries import CANARY, FLAG, CanaryQuerySet, MayBeCanary
from crm.core.custom_fields.definitions import HoldsCustomFields
from crm.core.erasable import ERASED, Erasable, emptied, stays_blank
from crm.core.fields import EmailAddressField, LineField, PhoneField, ProseField, WebAddressField
from crm.core.records import Record
from crm.core.row_fields import FurtherAddresses, FurtherEmails, FurtherPhones
from crm.core.searching import Searchable
from customers.models.choices import ContactType, Source
from customers.models.customer import ACTIVE, COUNTRY, Customer

BLANK: dict[str, Any] = {
    "last_name": ERASED,
    **emptied("salutation", "first_name", "title", "department", "email", "phone", "mobile_phone", "street", "city"),
    **emptied("state", "postal_code", "linkedin_url", "description", "external_id"),
    "birthdate": None,
    "reports_to": None,
    **emptied("email_label", "phone_label"),
    "custom_fields": {},
    **{name: [] for name in ("further_emails", "further_phones", "further_addresses")},
}


class Contact(MayBeCanary, Searchable, HoldsCustomFields, Erasable, Record):
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
    # The primary ones stand above, where searches, uniqueness and imports look for them.
    email_label = LineField(_("e-mail label"), max_length=40, blank=True)
    phone_label = LineField(_("phone label"), max_length=40, blank=True)
    further_emails = FurtherEmails(_("further e-mails"))
    further_phones = FurtherPhones(_("further phones"))
    further_addresses = FurtherAddresses(_("further addresses"))
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
        "personal": (
            *("birthdate", "mobile_phone", "street", "postal_code", "city", "state"),
            *("further_phones", "further_addresses"),
        )
    }
    BLANK: ClassVar[dict[str, Any]] = BLANK
    SEARCH_FIELDS = (
        *("first_name", "last_name", "email", "phone", "mobile_phone", "title", "external_id"),
        *("further_emails", "further_phones"),
    )

    objects: ClassVar[Any] = CanaryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["last_name", "id"], name="contact_name", condition=ACTIVE, include=FLAG),
            models.Index(fields=["team", "last_name", "id"], name="contact_team_name", condition=ACTIVE, include=FLAG),
            models.Index(fields=["created_at", "id"], name="contact_created", condition=ACTIVE, include=FLAG),
            models.Index(
                fields=["team", "created_at", "id"], name="contact_team_created", condition=ACTIVE, include=FLAG
            ),
            models.Index(
                fields=["customer", "last_name", "id"], name="contact_customer_name", condition=ACTIVE, include=FLAG
            ),
            models.Index(
                fields=["owner", "last_name", "id"], name="contact_owner_name", condition=ACTIVE, include=FLAG
            ),
            models.Index(
                fields=["country", "last_name", "id"], name="contact_country_name", condition=ACTIVE, include=FLAG
            ),
            models.Index("team", Upper("email"), name="contact_team_email", condition=ACTIVE),
            models.Index(fields=["team", "id"], name="contact_canary", condition=CANARY),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "external_id"], name="contact_external_id_once", condition=ACTIVE & ~Q(external_id="")
            ),
            models.CheckConstraint(
                condition=~(Q(first_name="") & Q(last_name="") & Q(email="")), name="contact_has_name_or_email"
            ),
            stays_blank("contact", BLANK),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.email

    def clean(self) -> None:
        if not (self.first_name or self.last_name or self.email):
            message = "A contact needs a name or an e-mail address."
            raise ValidationError({"last_name": ValidationError(message, code="required")})
        for primary, further, name in (
            (self.email, self.further_emails, "email"),
            (self.phone, self.further_phones, "phone"),
        ):
            if primary and primary.casefold() in (row[name].casefold() for row in further):
                message = "The primary one stands among the further ones, too."
                raise ValidationError({f"further_{name}s": ValidationError(message, code="repeated")})
        if self.reports_to_id and self.reports_to_id == self.id:
            raise ValidationError({"reports_to": ValidationError("Nobody reports to themselves.", code="cycle")})
