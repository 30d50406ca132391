"""Lead sources for operators: to read, and nothing else; without their secrets."""

from typing import ClassVar

from django.contrib import admin

from crm.capture.models import LeadSource
from crm.ops.record_admin import RecordAdmin


@admin.register(LeadSource)
class LeadSourceAdmin(RecordAdmin):
    list_display = ("name", "kind", "team", "owner", "is_active", "received", "last_received_at")
    list_select_related: ClassVar[tuple[str, ...]] = ("team", "owner")
    list_filter = ("kind", "is_active")
    fields = readonly_fields = (
        *("name", "kind", "team", "owner", "is_active", "mapping", "source", "redirect_url", "allowed_origins"),
        *("consent_text", "consent_channel", "consent_required", "received", "last_received_at"),
        *("last_refusal", "last_refused_at", "previous_secret_until", "created_at", "updated_at"),
    )
    ordering = ("name", "id")
