"""Keys that act for nobody and are left where an intruder would look; whoever uses one has been there (SEC-9)."""

from typing import ClassVar

from django.db import models

from crm.core.fields import LineField
from crm.core.records import Identified, SharedQuerySet


class DecoyKey(Identified):
    """Kept as a digest like a real key, in a table of its own: nothing that lets a key in ever looks here."""

    name = LineField(max_length=100)
    place = LineField(max_length=255, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    pepper_id = models.CharField(max_length=16, editable=False)
    hint = models.CharField(max_length=4, editable=False)
    created_by = LineField(max_length=255, editable=False)

    RESOURCE: ClassVar[str] = "security"
    WRITE_PERMISSION: ClassVar[str] = "security:manage"
    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "pk"]
        verbose_name = "decoy key"
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="decoy_key_has_name")]

    def __str__(self) -> str:
        return self.name
