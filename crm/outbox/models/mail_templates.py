"""What an administrator made of a mail's words; where there is no row, the words it was shipped with are sent."""

from typing import ClassVar

from django.db import models

from crm.core.records import Identified, SharedQuerySet


class MailTemplate(Identified):
    """`name` is that of a crm.outbox.mail_kinds.MailKind; the language is crm.outbox.mail_language."""

    name = models.SlugField(max_length=40, unique=True, editable=False)
    subject = models.CharField(max_length=200)
    text = models.TextField(max_length=20_000)
    html = models.TextField("HTML", max_length=40_000)

    RESOURCE: ClassVar[str] = "emails"
    WRITE_PERMISSION: ClassVar[str] = "emails:manage"
    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
