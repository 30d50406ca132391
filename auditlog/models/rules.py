"""What counts as an anomaly: one row per rule, made from auditlog.alerts.data and edited by the security officer."""

from datetime import timedelta
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from auditlog.alerts.data import rule_title
from auditlog.models.security import Severity
from crm.core.records import Identified, SharedQuerySet

LONGEST_WINDOW = 30 * 24 * 60
NEVER = "never"


class AnomalyRule(Identified):
    """`name` is how the code knows it. `window_minutes` is what is counted together, and what joins an open alert.

    `opens` and `closes` are business hours, Monday to Friday in the person's own time zone, where the rule has any.
    An alert of at least `mail_from` is told by e-mail.
    """

    name = models.CharField(max_length=32, unique=True, editable=False)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    threshold = models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(1_000_000)])
    window_minutes = models.PositiveIntegerField(
        _("window in minutes"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WINDOW)]
    )
    severity = models.CharField(max_length=8, choices=Severity)
    mail_from = models.CharField(
        _("tell by e-mail from"), max_length=8, choices=[*Severity.choices, (NEVER, _("Never"))], default=Severity.HIGH
    )
    opens = models.TimeField(_("business opens"), null=True, blank=True)
    closes = models.TimeField(_("business closes"), null=True, blank=True)

    RESOURCE: ClassVar[str] = "security"
    WRITE_PERMISSION: ClassVar[str] = "security:manage"
    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return rule_title(self.name)

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.window_minutes)
