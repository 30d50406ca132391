"""What came back about a mail that had left: it bounced, or its reader complained."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.ids import uuid7
from crm.outbox.models.deliveries import Delivery


class ReturnKind(models.TextChoices):
    """Hard: there is no such mailbox. Soft: it was not delivered, or not yet, for a reason that may pass."""

    HARD = "hard", _("No such mailbox")
    SOFT = "soft", _("Not delivered")
    COMPLAINT = "complaint", _("Complaint")


class Return(models.Model):
    """`status` is the enhanced status code (RFC 3463), `said` what the other server said; `key` tells reports apart."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="returns")
    kind = models.CharField(max_length=10, choices=ReturnKind)
    status = models.CharField(max_length=12, blank=True)
    said = models.CharField(max_length=500, blank=True)
    at: Any = models.DateTimeField(default=timezone.now)
    key = models.CharField(max_length=64)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["delivery", "key"], name="return_counted_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.said}"
