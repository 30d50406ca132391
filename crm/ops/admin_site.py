"""Django's admin for operators: signing in is the product's own, and it is invisible to everybody else."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from crm.core.access import Access


class OperatorsSite(AdminSite):
    access = Access(permissions=("settings:manage",), hidden=True)
    site_header = site_title = "Vouch operations"
    index_title = "Records and settings"
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': reverse('admin:index')})}")
