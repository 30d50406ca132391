"""The page that keeps a team's labels in order."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.pages import ActionPage, CreatePage, EditPage, ListPage
from customers import services
from customers.filters import LabelFilters
from customers.forms import LabelForm
from customers.models import Label


@requires("customers:read")
class LabelList(ListPage):
    model = Label
    filters = LabelFilters
    template_name = "labels/label_list.html"
    joins = ("owner", "team")

    def joined(self, rows: Any) -> Any:
        return super().joined(rows).annotate(uses=Count("assignments"))


class LabelPage:
    """There is no page of one label; after a change its team's list shows it."""

    list_url, detail_url = "labels:list", "labels:edit"

    def done(self, record: Label, message: str) -> HttpResponse:
        messages.success(self.request, message)  # type: ignore[attr-defined]
        return redirect(self.list_url)

    def extra_context(self) -> dict[str, Any]:
        return {"noun": _("label"), "nouns": _("Labels")}


@requires("customers:write")
class LabelCreate(LabelPage, CreatePage):
    model, form_class, service = Label, LabelForm, services.label_create


@requires("customers:write")
class LabelEdit(LabelPage, EditPage):
    model, form_class, service = Label, LabelForm, services.label_update


@requires("customers:delete")
class LabelArchive(ActionPage):
    service, message = services.label_archive, "The label {record} was put away."
    undo_url, done_url = "labels:restore", "labels:list"


@requires("customers:delete")
class LabelRestore(ActionPage):
    service, message = services.label_restore, "The label {record} is back."
    done_url = "labels:list"
