"""The record of processing: activities as the company describes them, and what the tables hold."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from crm.compliance import processing
from crm.compliance.filters import ProcessingActivityFilters
from crm.compliance.forms import ProcessingActivityForm
from crm.compliance.inventory import holdings
from crm.compliance.models import LawfulBasis, ProcessingActivity
from crm.core.access import requires
from crm.core.pages import ActorPage, CreatePage, DetailPage, EditPage, ListPage
from crm.core.requests import CrmRequest


@requires("compliance:read")
class ProcessingList(ListPage):
    model = ProcessingActivity
    filters = ProcessingActivityFilters
    template_name = "compliance/processing.html"
    joins = ()

    def extra_context(self) -> dict[str, Any]:
        return {"bases": LawfulBasis.choices, "holdings": list(holdings())}


@requires("compliance:read")
class ProcessingDetail(DetailPage):
    model = ProcessingActivity
    template_name = "compliance/processing_activity.html"
    joins = ()


class ProcessingPage:
    list_url, detail_url = "compliance:processing", "compliance:processing_activity"

    def initial(self) -> dict[str, Any]:
        return {}

    def extra_context(self) -> dict[str, Any]:
        return {"noun": "processing activity", "nouns": "Record of processing"}


@requires("compliance:write")
class ProcessingCreate(ProcessingPage, CreatePage):
    model, form_class = ProcessingActivity, ProcessingActivityForm
    service = processing.processing_activity_create


@requires("compliance:write")
class ProcessingEdit(ProcessingPage, EditPage):
    model, form_class = ProcessingActivity, ProcessingActivityForm
    service = processing.processing_activity_update


@requires("compliance:write")
class ProcessingDelete(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        processing.processing_activity_delete(self.actor, pk)
        messages.success(request, "The activity was removed from the record; the trail keeps what it said.")
        return redirect("compliance:processing")
