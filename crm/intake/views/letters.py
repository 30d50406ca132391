"""Pages of one's own letters, and of the address that copies go to."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import Conflict, Invalid
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, ListPage, visible
from crm.core.requests import CrmRequest
from crm.intake import letters
from crm.intake.addresses import copy_address_of, house_mailbox
from crm.intake.filters import LetterFilters
from crm.intake.forms import LetterForm
from crm.intake.models import CopyAddress, Letter, LetterState

LIST, DETAIL = "letters:list", "letters:detail"


@requires("activities:write")
class LetterList(ListPage):
    model, filters, template_name = Letter, LetterFilters, "letters/list.html"
    joins: ClassVar[tuple[str, ...]] = ("contact", "lead", "customer")

    def extra_context(self) -> dict[str, Any]:
        mailbox = house_mailbox()
        row = CopyAddress.objects.filter(person_id=self.actor.id).first()
        return {
            "states": LetterState.choices,
            "has_mailbox": mailbox is not None,
            "address": copy_address_of(row, mailbox) if mailbox and row else "",
        }


class LetterPage(ActorPage):
    def shown(self, pk: Any, form: LetterForm | None = None) -> HttpResponse:
        letter = visible(Letter.objects.select_related("contact", "lead", "customer", "activity"), self.actor, pk)
        about = letter.about
        context = {
            "letter": letter,
            "about": about if about and self.actor.covers(f"{about.RESOURCE}:read", about) else None,
            "form": form or LetterForm(instance=letter, actor=self.actor),
        }
        return TemplateResponse(self.request, "letters/detail.html", context, status=422 if form else 200)


@requires("activities:write")
class LetterDetail(LetterPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        refuse_unknown(request.GET, set())
        return self.shown(pk)


@requires("activities:write")
class LetterFile(LetterPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        letter = visible(Letter.objects.all(), self.actor, pk)
        form = LetterForm(request.POST, instance=letter, actor=self.actor)
        if not form.is_valid():
            return self.shown(pk, form)
        chosen = {name: form.cleaned_data[name] for name in ("contact", "lead", "customer")}
        try:
            letters.letter_file(self.actor, pk, version=form.cleaned_data["version"], **chosen)
        except (Invalid, Conflict) as refusal:
            form.add_error(None, refusal.details[0]["message"] if refusal.details else refusal.message)
            return self.shown(pk, form)
        messages.success(request, _("It lies on the record now, for your eyes alone."))
        return redirect(DETAIL, pk=pk)


@requires("activities:write")
class LetterShare(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            activity = letters.letter_share(self.actor, pk)
        except Conflict as refusal:
            messages.error(request, refusal.message)
            return redirect(DETAIL, pk=pk)
        messages.success(request, _("Whoever may read the record reads it now, too."))
        return redirect("activities:detail", pk=activity.pk)


@requires("activities:write")
class LetterDismiss(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            letters.letter_dismiss(self.actor, pk)
        except Conflict as refusal:
            messages.error(request, refusal.message)
        return redirect(LIST)


@requires("activities:write")
class LetterDelete(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        letters.letter_delete(self.actor, pk)
        messages.success(request, _("The letter is deleted here; in the mailbox it stays."))
        return redirect(LIST)


@requires("activities:write")
class CopyAddressRenew(ActorPage):
    def post(self, request: CrmRequest) -> HttpResponse:
        letters.copy_address_renew(self.actor)
        messages.success(request, _("This is your address for copies. One that you had before no longer works."))
        return redirect(LIST)
