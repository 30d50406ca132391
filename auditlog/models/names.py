"""What records were called: where the explorer looks a name up, instead of in millions of events."""

from django.db import models


class AuditName(models.Model):
    """A name that a record has in sealed events. Derived from them, and verified against them.

    Personal data: a name goes with the last event that has it, by erasure or by purge.
    """

    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    label = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object_id", "object_type", "label"], name="audit_name_once")]

    def __str__(self) -> str:
        return self.label
