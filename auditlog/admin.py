"""The trail for operators: to read, and nothing else."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from auditlog.models import AuditEvent
from auditlog.names import called
from auditlog.wording import DOORS, audited_models, noun_of
from crm.core.access import Access
from crm.core.offered_lookups import OfferedLookups
from crm.core.paging import BoundedPaginator


class ByDoor(admin.SimpleListFilter):
    """Django's own filter would read the whole trail to find what there is to choose."""

    title = parameter_name = "door"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(door, door) for door in DOORS]

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        return rows.filter(door=self.value()) if self.value() else rows


class ByObjectType(admin.SimpleListFilter):
    title, parameter_name = "kind of record", "object_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted((name, noun_of(name)) for name in audited_models())

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        return rows.filter(object_type=self.value()) if self.value() else rows


@admin.register(AuditEvent)
class AuditEventAdmin(OfferedLookups):
    access = Access(permissions=("settings:manage",), hidden=True)
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    actions = None
    list_display = ("at", "actor_label", "action", "object_type", "object_label", "door", "address")
    list_display_links = ("at",)
    list_filter = (ByDoor, ByObjectType)
    search_fields = ("object_label",)  # shows the box; get_search_results looks
    ordering = ("-at", "-id")

    def get_queryset(self, request: HttpRequest) -> Any:
        return AuditEvent.objects.for_actor(request.actor).order_by(*self.ordering)  # type: ignore[attr-defined]

    def get_search_results(self, request: HttpRequest, rows: Any, term: str) -> tuple[Any, bool]:
        return (called(rows, term) if term else rows), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
