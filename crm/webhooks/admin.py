"""Webhooks for operators: to read, and nothing else; without their secrets."""

from typing import ClassVar

from django.contrib import admin

from crm.ops.record_admin import RecordAdmin
from crm.webhooks.models import Webhook


@admin.register(Webhook)
class WebhookAdmin(RecordAdmin):
    list_display = ("name", "url", "team", "owner", "is_active", "failures", "failing_since")
    list_select_related: ClassVar[tuple[str, ...]] = ("team", "owner")
    list_filter = ("is_active",)
    fields = readonly_fields = (
        *("name", "url", "description", "team", "owner", "events", "changed_fields", "is_active", "stopped_because"),
        *("failures", "failing_since", "resting_until", "previous_secret_until", "created_at", "updated_at"),
    )
    ordering = ("name", "id")
