"""What operators may look at. Clients are registered by the command and the applications page, tokens by nobody."""

from typing import Any, ClassVar

from django.http import HttpRequest

from crm.core.access import Access
from crm.core.offered_lookups import OfferedLookups
from crm.ops.record_admin import BoundedPaginator


class _Shown(OfferedLookups):
    """A list to look at: nothing is added, changed or deleted here."""

    access = Access(permissions=("clients:manage",), hidden=True)
    paginator = BoundedPaginator
    show_full_result_count = False
    actions = None
    list_select_related: ClassVar[Any] = ("user", "application")
    search_fields = ("user__email", "application__name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ApplicationAdmin(_Shown):
    list_display = ("name", "client_id", "client_type", "is_active")
    list_filter = ("client_type", "is_active")
    list_select_related: ClassVar[Any] = ()
    search_fields = ("name", "client_id")
    fields: ClassVar[tuple[str, ...]] = (
        "name", "client_id", "client_type", "redirect_uris", "allowed_scopes", "is_active",
    )  # fmt: skip
    view_on_site = False


class AccessTokenAdmin(_Shown):
    list_display = ("pk", "user", "application", "created", "expires")
    fields: ClassVar[tuple[str, ...]] = ("user", "application", "scope", "created", "expires")


class RefreshTokenAdmin(_Shown):
    list_display = ("pk", "user", "application", "created", "revoked")
    fields: ClassVar[tuple[str, ...]] = ("user", "application", "created", "revoked")


class GrantAdmin(_Shown):
    list_display = ("pk", "user", "application", "created", "redeemed_at")
    fields: ClassVar[tuple[str, ...]] = ("user", "application", "scope", "created", "expires", "redeemed_at")


class IDTokenAdmin(_Shown):
    list_display = ("pk", "user", "application", "expires")
    fields: ClassVar[tuple[str, ...]] = ("user", "application", "expires")
