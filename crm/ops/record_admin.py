"""The admin base class: rows through `for_actor`, writes through the same services as pages and API."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest

from crm.core.access import Access
from crm.core.offered_lookups import OfferedLookups
from crm.core.paging import BoundedPaginator
from crm.core.searching import matching
from crm.core.sensitive import unreadable, unwritable


class RecordAdmin(OfferedLookups):
    access = Access(permissions=("settings:manage",), hidden=True)
    create_service: ClassVar[Callable[..., Any] | None] = None
    update_service: ClassVar[Callable[..., Any] | None] = None
    delete_service: ClassVar[Callable[..., Any] | None] = None
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        ordered = self.get_ordering(request)
        rows = self.model.objects.for_actor(request.actor, "read")  # type: ignore[attr-defined]
        return rows.order_by(*ordered) if ordered else rows

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if search_term and hasattr(self.model, "search_text"):
            return matching(queryset, search_term, request.actor), False  # type: ignore[attr-defined]
        return super().get_search_results(request, queryset, search_term)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """What can be linked, by its page or by its address alone, is what the operator may read."""
        rows = db_field.related_model.objects
        if hasattr(rows, "for_actor"):
            kwargs.setdefault("queryset", rows.for_actor(request.actor))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """Fields that take a right of their own are left out for who lacks it."""
        actor = request.actor  # type: ignore[attr-defined]
        return [
            *(super().get_exclude(request, obj) or ()),
            *sorted(unwritable(actor, self.model) | unreadable(actor, self.model)),
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor = request.actor  # type: ignore[attr-defined]
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            type(self).update_service(actor, obj.pk, version=obj.version, **values)  # type: ignore[misc]
        else:
            created = type(self).create_service(actor, **form.cleaned_data)  # type: ignore[misc]
            obj.pk = created.pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Links were saved by the service."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        type(self).delete_service(request.actor, obj.pk)  # type: ignore[misc, attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return type(self).create_service is not None and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return type(self).update_service is not None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return type(self).delete_service is not None and super().has_delete_permission(request, obj)
