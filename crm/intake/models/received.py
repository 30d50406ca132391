"""Each message that was looked at, and what came of it; never what it says."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.ids import uuid7
from crm.intake.models.mailboxes import Mailbox


class Outcome(models.TextChoices):
    BOUNCE = "bounce", _("Bounce")
    COMPLAINT = "complaint", _("Complaint")
    PROBE = "probe", _("Proof")
    FILED = "filed", _("Filed")
    WAITING = "waiting", _("To be filed by hand")
    IGNORED = "ignored", _("Left alone")
    UNPROVED = "unproved", _("Not believed")
    UNREADABLE = "unreadable", _("Not readable")
    FAILED = "failed", _("Failed")


class Received(models.Model):
    """`key` is a digest of Message-ID, sender and content: the same message again is nothing new."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="received")
    key = models.CharField(max_length=64)
    uid = models.BigIntegerField()
    size = models.BigIntegerField()
    at: Any = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.IGNORED)
    why = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("received message")
        verbose_name_plural = _("received messages")
        indexes = [models.Index(fields=["mailbox", "at", "id"], name="received_listed")]
        constraints = [models.UniqueConstraint(fields=["mailbox", "key"], name="received_once")]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} ({self.uid})"
