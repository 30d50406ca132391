"""The record of processing activities that article 30 of the GDPR asks for, one row each."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.fields import LineField, ProseField
from crm.core.records import Identified, SharedQuerySet


class LawfulBasis(models.TextChoices):
    """Article 6(1), letters a to f."""

    CONSENT = "consent", _("Consent")
    CONTRACT = "contract", _("Contract")
    LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation")
    VITAL_INTERESTS = "vital_interests", _("Vital interests")
    PUBLIC_TASK = "public_task", _("Public task")
    LEGITIMATE_INTERESTS = "legitimate_interests", _("Legitimate interests")


class ProcessingActivity(Identified):
    """Belongs to the whole company. Its former versions are in the audit trail."""

    name = LineField(_("name"), max_length=120, unique=True)
    purpose = ProseField(_("purpose"), max_length=2000)
    people = ProseField(_("categories of people"), max_length=2000)
    data = ProseField(_("categories of data"), max_length=2000)
    lawful_basis = models.CharField(_("lawful basis"), max_length=24, choices=LawfulBasis)
    recipients = ProseField(_("recipients"), max_length=2000, blank=True)
    transfers = ProseField(_("transfers to third countries"), max_length=2000, blank=True)
    retention = ProseField(_("retention"), max_length=2000, blank=True)
    security_measures = ProseField(_("security measures"), max_length=2000, blank=True)

    RESOURCE: ClassVar[str] = "compliance"
    WRITE_PERMISSION: ClassVar[str] = "compliance:write"
    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "processing activity"
        verbose_name_plural = "processing activities"
        constraints = [
            models.CheckConstraint(condition=models.Q(lawful_basis__in=LawfulBasis.values), name="lawful_basis_known")
        ]

    def __str__(self) -> str:
        return self.name
