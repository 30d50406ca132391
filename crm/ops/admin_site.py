"""Django's admin for operators: signing in is the product's own, and it is invisible to everybody else."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from crm.core.access import Access, public


class OperatorsSite(AdminSite):
    access = Access(permissions=("settings:manage",), hidden=True)
    site_header = site_title = "Vouch operations"
    index_title = "Records and settings"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Libraries register their models by themselves; what declares no access is not shown."""
        if getattr(admin_class, "access", None) is not None:
            super().register(model_or_iterable, admin_class, **options)

    @public("leads to the product's own sign-in")
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': reverse('admin:index')})}")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One's own password has one page, which leaves its trail."""
        return redirect("account_change_password")

    @public("leads to the product's own sign-out")
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("account_logout", preserve_request=True)
