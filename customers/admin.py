"""The records of this app for operators: found by search, changed through the same services as everywhere."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from crm.ops.record_admin import RecordAdmin
from customers import services
from customers.models import BillingProfile, BulkChange, Contact, Customer, Document, Label, Lead, Note

KEPT = ("id", "version", "created_at", "updated_at", "archived_at")


class ArchivedFilter(admin.SimpleListFilter):
    title = "archived"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "In use"), ("yes", "In the archive")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(archived_at__isnull=self.value() == "no") if self.value() else queryset


class TeamRecordAdmin(RecordAdmin):
    """Team and owner are few enough for a select; whatever else is linked is found by its own search."""

    list_select_related: ClassVar[tuple[str, ...]] = ("owner", "team")
    readonly_fields: ClassVar[tuple[str, ...]] = KEPT
    date_hierarchy = None


@admin.register(Customer)
class CustomerAdmin(TeamRecordAdmin):
    create_service = services.customer_create
    update_service = services.customer_update
    delete_service = services.customer_delete
    list_display = ("name", "status", "customer_type", "email", "owner", "team", "created_at")
    list_filter = (ArchivedFilter, "status", "customer_type", "kind", "team")
    search_fields = ("name",)
    autocomplete_fields = ("parent",)
    readonly_fields = (*KEPT, "account_level", "last_activity_at", "label_names")
    exclude = ("labels",)

    @admin.display(description="labels")
    def label_names(self, customer: Customer) -> str:
        return ", ".join(label.name for label in customer.labels.all()) or "–"


@admin.register(Contact)
class ContactAdmin(TeamRecordAdmin):
    create_service = services.contact_create
    update_service = services.contact_update
    delete_service = services.contact_delete
    list_display = ("__str__", "customer", "contact_type", "email", "owner", "team", "created_at")
    list_select_related = ("customer", "owner", "team")
    list_filter = (ArchivedFilter, "contact_type", "do_not_call", "opted_out_of_email", "team")
    search_fields = ("last_name",)
    autocomplete_fields = ("customer", "reports_to")
    readonly_fields = (*KEPT, "last_activity_at")


@admin.register(Lead)
class LeadAdmin(TeamRecordAdmin):
    create_service = services.lead_create
    update_service = services.lead_update
    delete_service = services.lead_delete
    list_display = ("__str__", "company_name", "status", "rating", "score", "owner", "team", "created_at")
    list_filter = (ArchivedFilter, "status", "rating", "source", "team")
    search_fields = ("last_name",)
    readonly_fields = (
        *KEPT,
        *("last_activity_at", "converted_at", "converted_customer", "converted_contact", "converted_deal"),
    )


@admin.register(Note)
class NoteAdmin(TeamRecordAdmin):
    create_service = services.note_create
    update_service = services.note_update
    delete_service = services.note_delete
    list_display = ("__str__", "subject", "visibility", "pinned", "owner", "team", "created_at")
    list_select_related = ("customer", "contact", "lead", "deal", "owner", "team")
    list_filter = (ArchivedFilter, "visibility", "priority", "pinned", "team")
    search_fields = ("body",)
    autocomplete_fields = ("customer", "contact", "lead", "deal")
    readonly_fields = (*KEPT, "owner")

    @admin.display(description="about")
    def subject(self, note: Note) -> str:
        return str(note.customer or note.contact or note.lead or note.deal)


@admin.register(Label)
class LabelAdmin(TeamRecordAdmin):
    create_service = services.label_create
    update_service = services.label_update
    delete_service = services.label_delete
    list_display = ("name", "tone", "team", "owner", "created_at")
    list_filter = (ArchivedFilter, "team")
    search_fields = ("name",)


@admin.register(BulkChange)
class BulkChangeAdmin(RecordAdmin):
    """One's own acts on many records, to read only."""

    list_display = ("__str__", "action", "model", "user", "created_at", "undone_at")
    list_select_related = ("user",)
    list_filter = ("action", "model")
    fields = ("action", "model", "target", "user", "created_at", "undone_at")


@admin.register(Document)
class DocumentAdmin(TeamRecordAdmin):
    """To read and to delete: a file comes in on the pages, where it is looked at."""

    delete_service = services.document_delete

    list_display = ("title", "document_type", "status", "file_name", "size", "owner", "team", "created_at")
    list_filter = (ArchivedFilter, "status", "document_type", "team")
    search_fields = ("title",)


@admin.register(BillingProfile)
class BillingProfileAdmin(TeamRecordAdmin):
    """To read and to delete: a profile is made and changed on its customer's page."""

    delete_service = services.billing_profile_delete

    list_display = ("__str__", "cycle", "payment_days", "currency", "team", "created_at")
    list_select_related = ("customer", "owner", "team")
    list_filter = (ArchivedFilter, "cycle", "delivery", "team")
    search_fields = ("customer__name",)
