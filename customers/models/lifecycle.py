"""Which status may follow which: the company's way of working, as data."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.records import Identified, SharedQuerySet
from customers.models.choices import CustomerStatus, LeadStatus

STATUSES: dict[str, type[models.TextChoices]] = {"customer": CustomerStatus, "lead": LeadStatus}
# Converted is what converting makes of a lead, and nothing follows it.
BY_ITSELF = {LeadStatus.CONVERTED}
_LEAD = ("new", "contacted", "nurture", "qualified", "unqualified", "junk")
DEFAULTS: dict[str, dict[str, list[str]]] = {
    "customer": {
        "prospect": ["active", "inactive", "closed"],
        "active": ["inactive", "suspended", "closed"],
        "inactive": ["prospect", "active", "closed"],
        "suspended": ["active", "inactive", "closed"],
        "closed": ["prospect", "active"],
    },
    "lead": {one: [other for other in _LEAD if other != one] for one in _LEAD} | {"junk": ["new"]},
}


class Lifecycle(Identified):
    """`allowed` is {status: [statuses that may follow]}; a status that is not named is an end."""

    holder = models.CharField(_("records"), max_length=20, unique=True, choices=[(one, one) for one in STATUSES])
    allowed = models.JSONField(default=dict)

    RESOURCE: ClassVar[str] = "customers"
    WRITE_PERMISSION: ClassVar[str] = "settings:write"
    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("lifecycle")
        verbose_name_plural = _("lifecycles")

    def __str__(self) -> str:
        return self.holder

    def clean(self) -> None:
        known = {str(one) for one in STATUSES[self.holder] if one not in BY_ITSELF}
        if not isinstance(self.allowed, Mapping) or not all(isinstance(one, list) for one in self.allowed.values()):
            raise ValidationError({"allowed": ValidationError("{status: [statuses]} is expected.", code="invalid")})
        named: set[Any] = {*self.allowed, *(one for following in self.allowed.values() for one in map(str, following))}
        if unknown := sorted(map(str, named - known)):
            message = f"No status of theirs: {', '.join(unknown)}."
            raise ValidationError({"allowed": ValidationError(message, code="unknown_choice")})
