"""The pages where an administrator adds fields to records."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.pages import ActionPage, ActorPage, CreatePage, EditPage, ListPage, visible
from crm.core.requests import CrmRequest
from customers import services
from customers.custom_field_form import CustomFieldForm
from customers.filters import CustomFieldFilters
from customers.models import CustomField
from customers.models.custom_field import Holder


@requires("settings:write")
class CustomFieldList(ListPage):
    model = CustomField
    filters = CustomFieldFilters
    template_name = "custom_fields/custom_field_list.html"
    joins = ()

    def extra_context(self) -> dict[str, Any]:
        return {"holders": Holder.choices}


class CustomFieldPage:
    """There is no page of one field; after a change the list of its records' fields shows it."""

    list_url, detail_url = "custom_fields:list", "custom_fields:edit"

    def done(self, record: CustomField, message: str) -> HttpResponse:
        messages.success(self.request, message)  # type: ignore[attr-defined]
        return redirect(_list_of(record))

    def extra_context(self) -> dict[str, Any]:
        return {"noun": _("field"), "nouns": _("Custom fields")}


@requires("settings:write")
class CustomFieldCreate(CustomFieldPage, CreatePage):
    model, form_class, service = CustomField, CustomFieldForm, services.custom_field_create


@requires("settings:write")
class CustomFieldEdit(CustomFieldPage, EditPage):
    model, form_class, service = CustomField, CustomFieldForm, services.custom_field_update


@requires("settings:write")
class CustomFieldMove(ActorPage):
    """One place up or down among the fields of the same records."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        field = visible(CustomField.objects.all(), self.actor, pk, "write")
        rows = CustomField.objects.filter(holder=field.holder, archived_at__isnull=True)
        order = list(rows.order_by("position", "label", "id").values_list("pk", flat=True))
        if field.pk in order:
            here = order.index(field.pk)
            there = max(0, here - 1) if request.POST.get("to") == "up" else min(len(order) - 1, here + 1)
            order.insert(there, order.pop(here))
            services.custom_fields_reorder(self.actor, field.holder, order)
        return redirect(_list_of(field))


@requires("settings:write")
class CustomFieldArchive(ActionPage):
    service, message = services.custom_field_archive, "{record} was archived. Every value stays."
    undo_url, done_url = "custom_fields:restore", "custom_fields:list"


@requires("settings:write")
class CustomFieldRestore(ActionPage):
    service, message = services.custom_field_restore, "{record} is back, with its values."
    done_url = "custom_fields:list"


@requires("settings:write")
class CustomFieldDelete(ActorPage):
    """Only for a field that no record has a value in, so nothing is asked first."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        field = visible(CustomField.objects.all(), self.actor, pk, "write")
        services.custom_field_delete(self.actor, pk)
        messages.success(request, _("%(field)s was deleted; no record had a value in it.") % {"field": field})
        return redirect(_list_of(field))


def _list_of(field: CustomField) -> str:
    return f"{reverse('custom_fields:list')}?holder={field.holder}"
