"""Mailboxes for operators: to read, and nothing else; without their passwords."""

from typing import ClassVar

from django.contrib import admin

from crm.intake.models import Mailbox
from crm.ops.record_admin import RecordAdmin


@admin.register(Mailbox)
class MailboxAdmin(RecordAdmin):
    list_display = ("address", "host", "person", "is_active", "pulled_at", "proved_at", "failures")
    list_select_related: ClassVar[tuple[str, ...]] = ("person",)
    list_filter = ("is_active",)
    fields = readonly_fields = (
        *("address", "host", "port", "username", "folder", "person", "is_active", "uid_validity", "last_uid"),
        *("pulled_at", "message_at", "probed_at", "proved_at", "proof_seconds", "last_error", "failures"),
    )
    ordering = ("address", "id")
