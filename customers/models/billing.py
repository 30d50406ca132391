"""How a customer is billed: one profile each, and none of it is anybody's business but billing's."""

from datetime import date
from typing import Any, ClassVar

from babel.numbers import is_currency
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.currencies import CURRENCY
from crm.core.fields import EmailAddressField, LineField
from crm.core.records import Record
from customers.billing.dates import next_invoice
from customers.billing.tax_ids import is_possible
from customers.models.choices import BillingCycle, InvoiceDelivery, PaymentPreference
from customers.models.contact import Contact
from customers.models.customer import ACTIVE, COUNTRY, Customer


def default_currency() -> str:
    return settings.DEFAULT_CURRENCY


class BillingProfile(Record):
    """`first_invoice_on` sets the day of all later invoices; `payment_days` run from the invoice's date."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="billing_profiles")
    cycle = models.CharField(_("billing cycle"), max_length=12, choices=BillingCycle, default=BillingCycle.MONTHLY)
    first_invoice_on = models.DateField(_("first invoice"), null=True, blank=True)
    payment_days = models.PositiveSmallIntegerField(
        _("payment terms in days"), default=30, validators=[MaxValueValidator(365)]
    )
    currency = models.CharField(max_length=3, default=default_currency, validators=[CURRENCY])
    tax_country = models.CharField(_("country of the tax ID"), max_length=2, blank=True, validators=[COUNTRY])
    tax_id = LineField(_("tax ID"), max_length=50, blank=True)
    payment_preference = models.CharField(
        max_length=15, choices=PaymentPreference, default=PaymentPreference.BANK_TRANSFER
    )
    credit_limit = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    delivery = models.CharField(
        _("invoice delivery"), max_length=10, choices=InvoiceDelivery, default=InvoiceDelivery.EMAIL
    )
    invoice_email = EmailAddressField(_("e-mail for invoices"), blank=True)
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("billing contact")
    )

    RESOURCE: ClassVar[str] = "billing"
    SENSITIVE: ClassVar[dict[str, tuple[str, ...]]] = {"billing": ("tax_id", "credit_limit")}

    class Meta:
        verbose_name = _("billing profile")
        indexes = [
            models.Index(fields=["team", "created_at", "id"], name="billing_team_created", condition=ACTIVE),
            models.Index(fields=["created_at", "id"], name="billing_created", condition=ACTIVE),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["customer"], name="billing_once", condition=ACTIVE),
            models.CheckConstraint(
                condition=Q(credit_limit__isnull=True) | Q(credit_limit__gte=0), name="billing_limit_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return str(_("Billing of %s")) % self.customer

    @property
    def next_invoice_on(self) -> date | None:
        """From today on, in the reader's time zone."""
        if self.first_invoice_on is None:
            return None
        return next_invoice(self.first_invoice_on, self.cycle, timezone.localdate())

    def clean(self) -> None:
        if not is_currency(self.currency):
            message = "There is no such currency in ISO 4217."
            raise ValidationError({"currency": ValidationError(message, code="invalid_currency")})
        if self.contact is not None and self.contact.customer_id != self.customer_id:
            message = "The billing contact is a contact of this customer."
            raise ValidationError({"contact": ValidationError(message, code="unknown_reference")})
        if self.tax_id and not self.tax_country:
            message = "Say which country the tax ID is of."
            raise ValidationError({"tax_country": ValidationError(message, code="required")})
        if self.tax_id and not is_possible(self.tax_country, self.tax_id):
            message = "This cannot be a tax ID of that country."
            raise ValidationError({"tax_id": ValidationError(message, code="invalid_tax_id")})
