"""The page that keeps a team's labels in order, and the labels in the heading of a customer."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.formats import moment
from crm.core.pages import ActionPage, CreatePage, EditPage, ListPage
from customers import services
from customers.filters import LabelFilters
from customers.forms import LabelForm
from customers.models import Customer, Label, LabelAssignment


@dataclass(frozen=True, slots=True)
class Worn:
    """A label on a customer; `url` lists all that wear it, `title` says who put it there and when."""

    name: str
    tone: int
    url: str
    title: str


def labels_of(customer: Customer) -> list[Worn]:
    rows = customer.label_assignments.select_related("label", "assigned_by").order_by("label__name")
    return [Worn(row.label.name, row.label.tone, _list_of(row.label), _put_there(row)) for row in rows]


def _list_of(label: Label) -> str:
    return f"{reverse('customers:list')}?label={label.pk}"


def _put_there(row: LabelAssignment) -> str:
    words = {"person": row.assigned_by or _("somebody"), "moment": moment(row.assigned_at)}
    return _("Put there by %(person)s, %(moment)s") % words


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
