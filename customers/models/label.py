"""Coloured labels of a team, and who put which on a customer when."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from crm.core.fields import LineField
from crm.core.records import Record
from customers.models.customer import Customer


class Label(Record):
    """`tone` is one of the ten named colours of the design (tone-0 … tone-9)."""

    name = LineField(max_length=50)
    tone = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(9)])

    RESOURCE: ClassVar[str] = "customers"

    class Meta:
        ordering: ClassVar[list[Any]] = ["name"]
        constraints = [
            models.UniqueConstraint("team", Lower("name"), name="label_name_once"),
            models.CheckConstraint(condition=models.Q(tone__lte=9), name="label_tone_known"),
        ]

    def __str__(self) -> str:
        return self.name


class LabelAssignment(models.Model):
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="assignments")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="label_assignments")
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["label", "customer"], name="label_assigned_once")]

    def __str__(self) -> str:
        return f"{self.label} on {self.customer}"
