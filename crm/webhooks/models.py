"""Endpoints of a team, and what was said at each try to reach one."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.encryption import EncryptedTextField
from crm.core.fields import LineField, ProseField
from crm.core.ids import uuid7
from crm.core.records import Record
from crm.outbox.models import Delivery


class Webhook(Record):
    """`owner` is who saved it last, `rights` those of the credential it was saved with where that may less: a delivery
    shows what they may read at that moment.

    `events` are types and patterns, `changed_fields` narrows to events that changed one of these. `previous_secret`
    signs beside `secret` until `previous_secret_until`. `failing_since` and `failures` count tries without a success
    between them; until `resting_until` nothing is tried.
    """

    name = LineField(max_length=100, verbose_name=_("name"))
    url = LineField(max_length=500, verbose_name=_("URL"))
    description = ProseField(max_length=1000, blank=True, verbose_name=_("description"))
    events = models.JSONField(default=list, verbose_name=_("events"))
    changed_fields = models.JSONField(default=list, blank=True, verbose_name=_("changed fields"))
    is_active = models.BooleanField(default=True, verbose_name=_("active"))
    rights = models.JSONField(default=dict, editable=False)
    secret = EncryptedTextField(editable=False)
    previous_secret = EncryptedTextField(blank=True, default="", editable=False)
    previous_secret_until: Any = models.DateTimeField(null=True, editable=False)
    stopped_because = models.TextField(blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since: Any = models.DateTimeField(null=True, editable=False)
    resting_until: Any = models.DateTimeField(null=True, editable=False)
    # Of what the desk reads (crm.webhooks.desk), by the database's clock.
    is_resting: bool | None = None

    RESOURCE: ClassVar[str] = "webhooks"

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes = [
            models.Index(fields=["team", "created_at", "id"], name="webhook_of_team"),
            models.Index(fields=["team"], name="webhook_listening", condition=Q(is_active=True)),
        ]

    def __str__(self) -> str:
        return self.name


class WebhookTry(models.Model):
    """One request and its answer: `status` is empty where there was none, and `error` says why it was no success.

    `answer` is the first 2 KB. What names a person in `body` is erased with them, so it is kept readable.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    at: Any = models.DateTimeField(default=timezone.now)
    url = models.CharField(max_length=500)
    headers = models.JSONField(default=dict)
    body = models.TextField()
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    error = models.TextField(blank=True)
    milliseconds = models.PositiveIntegerField()

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("webhook try")
        verbose_name_plural = _("webhook tries")

    def __str__(self) -> str:
        return f"{self.number}: {self.status or self.error}"
