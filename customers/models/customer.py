"""Organisations and individuals a team does business with."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from crm.core.canaries import CANARY, FLAG, CanaryQuerySet, MayBeCanary
from crm.core.custom_fields.definitions import HoldsCustomFields
from crm.core.erasable import ERASED, Erasable, emptied, places, stays_blank
from crm.core.fields import EmailAddressField, LineField, PhoneField, ProseField, WebAddressField
from crm.core.records import Record
from crm.core.row_fields import FurtherAddresses
from crm.core.searching import Searchable
from customers.models.choices import CustomerKind, CustomerStatus, CustomerType, Rating, Source
from customers.models.identifier import COUNTRY, Identifiers, plain

# The largest that PostgreSQL keeps; SQLite would take more.
LARGEST_INTEGER = MaxValueValidator(2_147_483_647)
ACTIVE = Q(archived_at__isnull=True)


# Of an individual; an organisation is nobody's personal data.
BLANK: dict[str, Any] = {
    "name": ERASED,
    **emptied("legal_name", "ownership", "website", "domain", "email", "phone", "description", "tax_id"),
    **emptied("external_id", *places("billing", "shipping")),
    "custom_fields": {},
    "further_addresses": [],
    "identifiers": [],
}


class Customer(MayBeCanary, Searchable, HoldsCustomFields, Erasable, Record):
    name = LineField(max_length=200)
    legal_name = LineField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=CustomerKind, default=CustomerKind.ORGANIZATION)
    status = models.CharField(max_length=20, choices=CustomerStatus, default=CustomerStatus.PROSPECT)
    customer_type = models.CharField(_("type"), max_length=20, choices=CustomerType, default=CustomerType.CUSTOMER)
    industry = LineField(max_length=100, blank=True)
    website = WebAddressField(blank=True)
    domain = LineField(max_length=253, blank=True)
    email = EmailAddressField(_("e-mail"), blank=True)
    phone = PhoneField(blank=True)
    annual_revenue = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    employees = models.PositiveIntegerField(null=True, blank=True, validators=[LARGEST_INTEGER])
    rating = models.CharField(max_length=10, choices=Rating, blank=True)
    ownership = LineField(max_length=100, blank=True)
    description = ProseField(blank=True, max_length=20_000)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    account_level = models.PositiveSmallIntegerField(default=0, editable=False)
    billing_street = LineField(max_length=255, blank=True)
    billing_city = LineField(max_length=100, blank=True)
    billing_state = LineField(max_length=100, blank=True)
    billing_postal_code = LineField(max_length=20, blank=True)
    billing_country = models.CharField(max_length=2, blank=True, validators=[COUNTRY])
    shipping_street = LineField(max_length=255, blank=True)
    shipping_city = LineField(max_length=100, blank=True)
    shipping_state = LineField(max_length=100, blank=True)
    shipping_postal_code = LineField(max_length=20, blank=True)
    shipping_country = models.CharField(max_length=2, blank=True, validators=[COUNTRY])
    further_addresses = FurtherAddresses(_("further addresses"))
    identifiers = Identifiers(
        _("identifiers"),
        help_text=_("What others call this customer. Each number belongs to one customer of the team only."),
    )
    tax_id = LineField(_("tax ID"), max_length=50, blank=True)
    external_id = LineField(_("external ID"), max_length=100, blank=True)
    source = models.CharField(max_length=20, choices=Source, blank=True)
    last_activity_at = models.DateTimeField(null=True, blank=True, editable=False)
    labels = models.ManyToManyField(
        "customers.Label", through="customers.LabelAssignment", related_name="customers", blank=True
    )

    RESOURCE: ClassVar[str] = "customers"
    SENSITIVE: ClassVar[dict[str, tuple[str, ...]]] = {"billing": ("tax_id",)}
    BLANK: ClassVar[dict[str, Any]] = BLANK
    SEARCH_FIELDS = (
        *("name", "legal_name", "email", "phone", "domain", "billing_city", "tax_id", "external_id"),
        "identifiers",
    )

    objects: ClassVar[Any] = CanaryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["name", "id"], name="customer_name", condition=ACTIVE, include=FLAG),
            models.Index(fields=["team", "name", "id"], name="customer_team_name", condition=ACTIVE, include=FLAG),
            models.Index(fields=["created_at", "id"], name="customer_created", condition=ACTIVE, include=FLAG),
            models.Index(
                fields=["team", "created_at", "id"], name="customer_team_created", condition=ACTIVE, include=FLAG
            ),
            models.Index(
                fields=["team", "status", "name", "id"], name="customer_team_status", condition=ACTIVE, include=FLAG
            ),
            models.Index(fields=["owner", "name", "id"], name="customer_owner_name", condition=ACTIVE, include=FLAG),
            models.Index(fields=["team", "domain"], name="customer_team_domain", condition=ACTIVE & ~Q(domain="")),
            models.Index("team", Upper("email"), name="customer_team_email", condition=ACTIVE),
            models.Index(fields=["team", "id"], name="customer_canary", condition=CANARY),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "external_id"], name="customer_external_id_once", condition=ACTIVE & ~Q(external_id="")
            ),
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_name"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")), name="customer_not_own_parent"
            ),
            stays_blank("customer", BLANK),
        ]

    def __str__(self) -> str:
        return self.name

    def more_searched(self) -> Iterable[tuple[str, str]]:
        """An identifier without what stands between its signs."""
        values = (row["value"] for row in self.identifiers)
        return [("identifiers", plain(value)) for value in values if plain(value) != value.upper()]

    def clean(self) -> None:
        if self.parent_id and self.parent_id == self.id:
            raise ValidationError({"parent": ValidationError("A customer cannot be its own parent.", code="cycle")})
