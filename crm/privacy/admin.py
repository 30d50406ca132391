"""Requests, the work on them, erasures and retention for operators: to read, and nothing else."""

from typing import ClassVar

from django.contrib import admin

from crm.ops.record_admin import RecordAdmin
from crm.privacy.models import Erasure, RetentionPolicy, SubjectRequest, SubjectWork


@admin.register(SubjectRequest)
class SubjectRequestAdmin(RecordAdmin):
    list_display = ("person", "kind", "state", "due_on", "owner", "team")
    list_select_related: ClassVar[tuple[str, ...]] = ("owner", "team")
    list_filter = ("kind", "state")
    search_fields = ("person",)
    fields = readonly_fields = (
        *("kind", "person", "asked_by", "received_at", "due_on", "state", "reason", "closed_at", "team", "owner"),
    )
    ordering = ("due_on", "id")


@admin.register(SubjectWork)
class SubjectWorkAdmin(RecordAdmin):
    """How each search, export and erasure goes, and what was against it."""

    list_display = ("kind", "state", "started_by", "created_at", "finished_at", "attempts", "fault")
    list_select_related: ClassVar[tuple[str, ...]] = ("started_by",)
    list_filter = ("kind", "state")
    fields = readonly_fields = (
        *("request", "kind", "state", "started_by", "created_at", "updated_at", "events_read", "counts", "file_size"),
        *("code", "fault", "attempts", "leased_until", "finished_at"),
    )
    ordering = ("-created_at", "-id")


@admin.register(Erasure)
class ErasureAdmin(RecordAdmin):
    list_display = ("at", "by_label", "request", "digest")
    list_select_related: ClassVar[tuple[str, ...]] = ("request",)
    fields = readonly_fields = ("at", "by_label", "request", "counts", "digest")
    ordering = ("-at", "-id")


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(RecordAdmin):
    list_display = ("kind", "action", "keep_days", "counted_from", "is_enabled", "basis")
    list_filter = ("kind", "action", "is_enabled")
    ordering = ("kind", "action")
