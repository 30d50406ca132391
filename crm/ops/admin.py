"""Jobs for operators: the same switch and interval, by the same service."""

from django.contrib import admin

from crm.ops.job_services import job_update
from crm.ops.models import BackupRun, Job, JobRun
from crm.ops.record_admin import RecordAdmin


@admin.register(Job)
class JobAdmin(RecordAdmin):
    update_service = staticmethod(job_update)
    list_display = ("name", "is_enabled", "every_minutes", "last_success_at", "last_error")
    fields = ("name", "is_enabled", "every_minutes", "last_success_at", "last_error")
    readonly_fields = ("name", "last_success_at", "last_error")
    ordering = ("name",)


@admin.register(JobRun)
class JobRunAdmin(RecordAdmin):
    """To read, and nothing else."""

    list_display = ("job", "slot", "attempts", "started_at", "finished_at", "result", "error")
    list_filter = ("job",)
    ordering = ("-slot", "-id")


@admin.register(BackupRun)
class BackupRunAdmin(RecordAdmin):
    """To read, and nothing else."""

    list_display = ("name", "kind", "state", "taken_at", "size", "rows", "files", "verified_at", "error", "finding")
    list_filter = ("kind", "state")
    ordering = ("-created_at", "-id")
