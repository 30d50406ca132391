"""Fields that an administrator adds to a kind of record, for the whole company and without a deploy."""

from typing import Any, ClassVar

from babel.numbers import is_currency
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.custom_fields.definitions import Choice, Definition, FieldType
from crm.core.custom_fields.values import clean_value
from crm.core.fields import LineField
from crm.core.records import Identified, SharedQuerySet

KEY = RegexValidator(
    r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$",
    _("Small letters, digits and single underscores, beginning with a letter."),
    "invalid_key",
)
MOST_CHOICES = 200
LARGEST_POSITION = 32_767
WITH_CHOICES = (FieldType.CHOICE, FieldType.MULTI_CHOICE)
# What a key would be mistaken for in a filter or an ordering.
TAKEN = frozenset({"exact", "gte", "lt", "isnull", "contains", "has_key", "in", "id", "pk"})


class Holder(models.TextChoices):
    CUSTOMER = "customer", _("Customers")
    CONTACT = "contact", _("Contacts")
    LEAD = "lead", _("Leads")
    DEAL = "deal", _("Deals")


class Sensitivity(models.TextChoices):
    """The right that opens it: a category of crm.core.sensitive."""

    BILLING = "billing", _("Billing: who may see billing data")
    PERSONAL = "personal", _("Personal: who works with contacts")


class CustomField(Identified):
    """`holder`, `key`, `type` and `target` never change: they say where values are and how to read them.

    `choices` are [{"key", "label", "tone", "retired"}]; `default` is a value as it is stored.
    """

    holder = models.CharField(_("records"), max_length=20, choices=Holder)
    key = LineField(max_length=40, blank=True, validators=[KEY], help_text=_("Left empty, it follows the label."))
    label = LineField(max_length=80)
    help_text = LineField(_("help"), max_length=255, blank=True)
    type = models.CharField(max_length=20, choices=FieldType)
    required = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0, validators=[MaxValueValidator(LARGEST_POSITION)])
    default = models.JSONField(null=True, blank=True)
    choices = models.JSONField(default=list, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    target = models.CharField(_("refers to"), max_length=20, choices=Holder, blank=True)
    sensitive = models.CharField(max_length=20, choices=Sensitivity, blank=True)
    in_lists = models.BooleanField(_("column in lists"), default=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    RESOURCE: ClassVar[str] = "customers"
    WRITE_PERMISSION: ClassVar[str] = "settings:write"
    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering: ClassVar[list[str]] = ["holder", "position", "label", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["holder", "key"], name="custom_field_key_once"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def definition(self) -> Definition:
        return Definition(
            id=self.id,
            holder=self.holder,
            key=self.key,
            label=self.label,
            type=self.type,
            help_text=self.help_text,
            is_required=self.required,
            default=self.default,
            choices=tuple(Choice(one["key"], one["label"], one["tone"], one["retired"]) for one in self.choices),
            currency=self.currency,
            target=self.target,
            category=self.sensitive,
            in_lists=self.in_lists,
            is_archived=self.is_archived,
        )

    def clean(self) -> None:
        faults = dict(self._faults())
        if faults:
            raise ValidationError(faults)
        if self.default is not None:
            try:
                self.default = clean_value(self.definition, self.default)
            except ValidationError as error:
                raise ValidationError({"default": error}) from None

    def _faults(self) -> Any:
        if self.key in TAKEN:
            yield "key", ValidationError("This word means something else here.", code="reserved_key")
        if not self.key:
            yield "key", ValidationError("Give it a key of plain letters.", code="required")
        if self.type in WITH_CHOICES and not self.choices:
            yield "choices", ValidationError("Name what can be chosen.", code="required")
        if self.type == FieldType.MONEY and not (self.currency.isupper() and is_currency(self.currency)):
            yield "currency", ValidationError("There is no such currency in ISO 4217.", code="invalid_currency")
        if self.type == FieldType.RECORD and not self.target:
            yield "target", ValidationError("Say what it refers to.", code="required")
        if self.type in (FieldType.USER, FieldType.RECORD) and self.default is not None:
            yield "default", ValidationError("A reference has no default.", code="invalid")
        if self.required and self.sensitive:
            message = "Not everybody may fill a sensitive field, so it cannot be required."
            yield "required", ValidationError(message, code="sensitive_required")
