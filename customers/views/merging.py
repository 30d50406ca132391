"""Two records side by side, field by field, and what an undo would do."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.access import requires
from crm.core.changes import ensure_may
from crm.core.errors import Conflict, CrmError, Invalid
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest, version_in
from crm.core.row_fields import in_words
from customers import services
from customers.merging.addresses import FURTHER, all_addresses
from customers.merging.choosing import choices_between, closed_to
from customers.merging.moving import counts_pointing
from customers.models import Contact, Customer, Lead
from customers.services.merges import MERGES, undo_of
from customers.views.comparing import field_of, told_apart

PREFIX = "field-"


class MergePage(ActorPage):
    """`?other=` names the second record; without it the page asks for it."""

    model: ClassVar[type[Any]]
    namespace: ClassVar[str]

    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        refuse_unknown(request.GET, {"other"})
        return self._render(self._one(pk), request.GET.get("other", ""))

    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        this, other = self._one(pk), request.POST.get("other", "")
        chosen = {name.removeprefix(PREFIX): value for name, value in request.POST.items() if name.startswith(PREFIX)}
        try:
            merge = MERGES[self.model](self.actor, pk, other, fields=chosen, version=version_in(request))
        except (Conflict, Invalid) as refusal:
            return self._render(this, other, refusal)
        undo = f"undo:{reverse('customers:merge_undo', args=[merge.pk])}"
        messages.success(request, _("The two records are one now."), extra_tags=undo)
        return redirect(f"{self.namespace}:detail", pk=pk)

    def _one(self, pk: Any) -> Any:
        record = visible(self.model.objects.select_related("owner", "team"), self.actor, pk)
        ensure_may(self.actor, record.permission_to("merge"), record)
        return record

    def _render(self, this: Any, other_pk: str, refusal: CrmError | None = None) -> HttpResponse:
        other = self._one(other_pk) if _is_id(other_pk) and other_pk != str(this.pk) else None
        context = {
            "record": this,
            "other": other,
            "refusal": refusal,
            "namespace": self.namespace,
            "detail_url": f"{self.namespace}:detail",
            "options_url": f"{self.namespace}:options",
            "noun": self.model._meta.verbose_name,
            **(self._comparison(this, other) if other else {}),
        }
        return TemplateResponse(
            self.request, "customers/merge.html", context, status=refusal.status if refusal else 200
        )

    def _comparison(self, this: Any, other: Any) -> dict[str, Any]:
        closed, names = closed_to(self.actor, this, other), told_apart(this, other)
        choices = [choice for choice in choices_between(this, other) if choice.name not in closed]
        fields = [field_of(self.actor, choice, (this, other), names) for choice in choices]
        return {
            "fields": [field for field in fields if field.options],
            "same": [field for field in fields if not field.options and field.text],
            "addresses": _addresses(this, other, closed),
            "names": names,
            "moved": counts_pointing(other),
            "swap_url": reverse(f"{self.namespace}:merge", args=[other.pk]) + f"?other={this.pk}",
        }


@requires("customers:merge")
class CustomerMerge(MergePage):
    model, namespace = Customer, "customers"


@requires("contacts:merge")
class ContactMerge(MergePage):
    model, namespace = Contact, "contacts"


@requires("leads:merge")
class LeadMerge(MergePage):
    model, namespace = Lead, "leads"


@requires("customers:merge", "contacts:merge", "leads:merge")
class MergeUndo(ActorPage):
    """`GET` tells what was changed since; `POST` undoes it, with `keep=1` around those changes."""

    NOTHING_SINCE: ClassVar[Any] = gettext_lazy("Nothing was changed since. Both records will be exactly as they were.")

    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        merge, winner, found = undo_of(self.actor, pk)
        context = {
            "merge": merge,
            "record": winner,
            "differences": found,
            "detail_url": f"{winner.RESOURCE}:detail",
            "nothing_since": self.NOTHING_SINCE,
        }
        return TemplateResponse(request, "customers/merge_undo.html", context)

    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        try:
            back: Any = services.merge_undo(self.actor, pk, keep_edits=request.POST.get("keep") == "1")
        except Conflict as refusal:
            messages.warning(request, refusal.message)
            return redirect("customers:merge_undo", pk=pk)
        messages.success(request, _("%s is back, and both are as they were.") % back)
        return redirect(f"{back.RESOURCE}:detail", pk=back.pk)


def _addresses(this: Any, other: Any, closed: set[str]) -> list[str]:
    """In words, those that all stay; none where the two have no more than one, or the actor may not see them."""
    rows = all_addresses(this, other) if hasattr(this, FURTHER) and FURTHER not in closed else []
    return [in_words(row) for row in rows] if len(rows) > 1 else []


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
