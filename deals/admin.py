"""Deals, pipelines, stages and activities for operators: changed through the same services as everywhere."""

from django.contrib import admin

from crm.ops.record_admin import RecordAdmin
from customers.admin import KEPT, ArchivedFilter, TeamRecordAdmin
from deals import services
from deals.models import Activity, Deal, Pipeline, Stage

SHARED_KEPT = ("id", "version", "created_at", "updated_at")


@admin.register(Deal)
class DealAdmin(TeamRecordAdmin):
    create_service = services.deal_create
    update_service = services.deal_update
    delete_service = services.deal_delete
    list_display = ("name", "customer", "amount", "currency", "stage", "status", "owner", "team", "created_at")
    list_select_related = ("customer", "stage", "owner", "team")
    list_filter = (ArchivedFilter, "status", "stage", "team")
    search_fields = ("name",)
    autocomplete_fields = ("customer",)
    exclude = ("pipeline",)
    readonly_fields = (*KEPT, "status", "stage_changed_at", "closed_at", "last_activity_at")


@admin.register(Pipeline)
class PipelineAdmin(RecordAdmin):
    create_service = services.pipeline_create
    update_service = services.pipeline_update
    delete_service = services.pipeline_delete
    list_display = ("name", "position", "is_default", "created_at")
    search_fields = ("name",)
    readonly_fields = SHARED_KEPT


@admin.register(Stage)
class StageAdmin(RecordAdmin):
    create_service = services.stage_create
    update_service = services.stage_update
    delete_service = services.stage_delete
    list_display = ("name", "pipeline", "position", "probability", "status")
    list_select_related = ("pipeline",)
    list_filter = ("pipeline", "status")
    search_fields = ("name",)
    readonly_fields = SHARED_KEPT


@admin.register(Activity)
class ActivityAdmin(TeamRecordAdmin):
    create_service = services.activity_create
    update_service = services.activity_update
    delete_service = services.activity_delete
    list_display = ("subject", "type", "status", "due_at", "owner", "team", "created_at")
    list_filter = (ArchivedFilter, "type", "status", "team")
    search_fields = ("subject",)
    autocomplete_fields = ("customer", "contact", "lead", "deal")
    exclude = ("attendees",)
    readonly_fields = (*KEPT, "completed_at")
