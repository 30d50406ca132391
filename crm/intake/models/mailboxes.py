"""A mailbox that is read: where it is, how far it was read, and when a message was last proved to come through."""

import json
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.encryption import EncryptedTextField, Unreadable
from crm.core.fields import EmailAddressField, LineField, ProseField
from crm.core.records import Identified, SharedQuerySet


class Mailbox(Identified):
    """Of the house, or of one `person`: then what it holds is theirs.

    Messages up to `last_uid` were looked at, as long as the server's `uid_validity` is the same. `proved_at` is when
    the pull last found a message that was sent here on purpose; `probe` is what the one on its way carries.
    """

    address = EmailAddressField(_("address"), unique=True, max_length=254)
    host = LineField(_("IMAP server"), max_length=253)
    port = models.PositiveIntegerField(
        _("port"), default=993, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    username = LineField(_("user name"), max_length=254)
    folder = LineField(_("folder"), max_length=200, default="INBOX")
    certificate = ProseField(_("certificate"), blank=True, max_length=20_000)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("whose it is")
    )
    is_active = models.BooleanField(_("active"), default=True)
    secret = EncryptedTextField(blank=True, default="", editable=False)
    uid_validity = models.BigIntegerField(default=0, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    pulled_at: Any = models.DateTimeField(null=True, editable=False)
    message_at: Any = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    next_pull_at: Any = models.DateTimeField(null=True, editable=False)
    probe = models.CharField(max_length=64, blank=True, editable=False)
    probed_at: Any = models.DateTimeField(null=True, editable=False)
    proved_at: Any = models.DateTimeField(null=True, editable=False)
    proof_seconds = models.PositiveIntegerField(null=True, editable=False)

    RESOURCE: ClassVar[str] = "emails"
    WRITE_PERMISSION: ClassVar[str] = "emails:manage"
    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ["address"]

    def __str__(self) -> str:
        return self.address

    @property
    def _place(self) -> str:
        return f"{self._meta.db_table}:{self.pk}:secret"

    def seal(self, password: str) -> None:
        """The place goes in, too, so that a ciphertext is of no use in another row."""
        self.secret = json.dumps([self._place, password])

    def password(self) -> str:
        """Raises Unreadable for a secret that is missing or belongs to another row."""
        place, password = json.loads(self.secret or '["", ""]')
        if place != self._place:
            raise Unreadable("The password is missing, or belongs to another mailbox.")
        return str(password)
