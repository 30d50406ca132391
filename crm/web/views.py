"""The home page."""

from django.http import HttpResponse
from django.shortcuts import render

from crm.core.access import signed_in
from crm.core.requests import CrmRequest


@signed_in("everybody's first page; each part of it asks for its own permission")
def home(request: CrmRequest) -> HttpResponse:
    return render(request, "web/home.html")
