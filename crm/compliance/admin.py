"""Reviews, the record of processing and legal holds for operators: to read, and nothing else."""

from typing import ClassVar

from django.contrib import admin

from auditlog.models import LegalHold
from crm.compliance.models import AccessReview, ProcessingActivity, ReviewItem
from crm.ops.record_admin import RecordAdmin


@admin.register(AccessReview)
class AccessReviewAdmin(RecordAdmin):
    list_display = ("name", "scope", "team", "due_on", "completed_at", "completed_by_label")
    list_select_related: ClassVar[tuple[str, ...]] = ("team",)
    list_filter = ("scope",)
    search_fields = ("name",)
    fields = readonly_fields = (
        *("name", "scope", "team", "due_on", "started_by_label", "created_at"),
        *("completed_at", "completed_by_label", "sign_off", "digest"),
    )
    ordering = ("-created_at", "-id")


@admin.register(ReviewItem)
class ReviewItemAdmin(RecordAdmin):
    list_display = ("person_label", "label", "kind", "decision", "decided_by_label", "decided_at")
    list_filter = ("kind", "decision")
    search_fields = ("person_label",)
    fields = readonly_fields = (
        *("review", "person_label", "person_email", "kind", "label", "detail", "granted_at", "granted_by"),
        *("last_used_at", "decision", "comment", "outcome", "decided_at", "decided_by_label"),
    )
    ordering = ("-id",)


@admin.register(ProcessingActivity)
class ProcessingActivityAdmin(RecordAdmin):
    list_display = ("name", "lawful_basis", "updated_at")
    list_filter = ("lawful_basis",)
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(LegalHold)
class LegalHoldAdmin(RecordAdmin):
    list_display = ("object_label", "object_type", "reason", "placed_by", "created_at", "released_at")
    search_fields = ("object_label", "reason")
    fields = readonly_fields = (
        *("object_type", "object_id", "object_label", "reason", "placed_by", "created_at"),
        *("released_at", "released_by", "release_reason"),
    )
    ordering = ("-created_at", "-id")
