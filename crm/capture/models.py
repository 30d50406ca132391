"""Where leads come in by themselves, and everything that came, also what could not become a lead."""

import json
import secrets
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.encryption import EncryptedTextField
from crm.core.fields import LineField, ProseField, WebAddressField
from crm.core.records import Record
from customers.models import Lead
from customers.models.choices import Channel, Source


class Kind(models.TextChoices):
    FORM = "form", _("Web form")
    WEBHOOK = "webhook", _("Inbound webhook")


class State(models.TextChoices):
    ACCEPTED = "accepted", _("Became a lead")
    REFUSED = "refused", _("Waits for mending")
    BOT = "bot", _("Held to be a bot")
    MENDED = "mended", _("Sent again, mended")
    DISMISSED = "dismissed", _("Dismissed")


def new_token() -> str:
    """192 bits: nobody finds an address by trying."""
    return secrets.token_urlsafe(24)


class LeadSource(Record):
    """`owner` is whose its leads will be, nobody where it is empty; `source` is the word they get.

    `mapping` is [{field, label, required, path}]: what a form asks, in its order, and what a webhook's JSON holds
    where. `secret` verifies webhooks, `previous_secret` beside it until `previous_secret_until`.
    """

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FORM)
    name = LineField(max_length=100, verbose_name=_("name"))
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    mapping = models.JSONField(default=list, verbose_name=_("fields"))
    source = models.CharField(_("source of its leads"), max_length=20, choices=Source, default=Source.WEB_SITE)
    intro = ProseField(_("text above the form"), max_length=2000, blank=True)
    thanks = ProseField(_("thank-you text"), max_length=2000, blank=True)
    redirect_url = WebAddressField(_("page to go to afterwards"), max_length=500, blank=True)
    allowed_origins = models.JSONField(_("sites that embed it"), default=list, blank=True)
    consent_text = ProseField(_("consent, as it is asked for"), max_length=1000, blank=True)
    consent_channel = models.CharField(_("consent to"), max_length=10, choices=Channel, default=Channel.EMAIL)
    consent_required = models.BooleanField(_("not without consent"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    secret = EncryptedTextField(blank=True, default="", editable=False)
    previous_secret = EncryptedTextField(blank=True, default="", editable=False)
    previous_secret_until: Any = models.DateTimeField(null=True, editable=False)
    received = models.PositiveIntegerField(default=0, editable=False)
    last_received_at: Any = models.DateTimeField(null=True, editable=False)
    last_refusal = models.CharField(max_length=50, blank=True, editable=False)
    last_refused_at: Any = models.DateTimeField(null=True, editable=False)

    RESOURCE: ClassVar[str] = "webhooks"

    class Meta:
        verbose_name = _("lead source")
        verbose_name_plural = _("lead sources")
        indexes = [models.Index(fields=["team", "created_at", "id"], name="lead_source_of_team")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_webhook(self) -> bool:
        return self.kind == Kind.WEBHOOK


class Submission(Record):
    """`body` is what came, as it came: the JSON of a webhook, {name: [texts]} of a form.

    `key` makes a repeated one have one effect; `nonce` is the visit that it came from. `reasons` are
    [{field, code, message}], `alike` how many records were like it then. An erasure empties all of it.
    """

    lead_source = models.ForeignKey(LeadSource, on_delete=models.CASCADE, related_name="submissions")
    state = models.CharField(max_length=10, choices=State)
    key = models.CharField(max_length=255, blank=True)
    nonce = models.CharField(max_length=43, blank=True)
    body = models.TextField(blank=True)
    reasons = models.JSONField(default=list)
    lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, null=True, related_name="submissions")
    alike = models.PositiveSmallIntegerField(default=0)
    address = models.CharField(max_length=64, blank=True)

    RESOURCE: ClassVar[str] = "leads"

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        indexes = [
            models.Index(fields=["lead_source", "created_at", "id"], name="submission_of_source"),
            models.Index(fields=["lead_source", "nonce"], name="submission_of_visit", condition=~Q(nonce="")),
            models.Index(fields=["state", "created_at"], name="submission_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["lead_source", "key"], name="submission_once", condition=~Q(key="")),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def content(self) -> dict[str, Any]:
        """Numbers with a point as decimals, so that none is rounded; empty after an erasure."""
        read: dict[str, Any] = json.loads(self.body, parse_float=Decimal) if self.body else {}
        return read

    @property
    def is_open(self) -> bool:
        return self.state in (State.REFUSED, State.BOT)
