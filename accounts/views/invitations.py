"""Who was asked to join: the page for those who invite, and the one behind the link in the mail."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.invitations import accepting, services
from accounts.invitations.filters import STATES, InvitationFilters
from accounts.invitations.forms import AcceptanceForm, InvitationForm
from accounts.models import Invitation
from crm.core.access import public, requires
from crm.core.errors import Conflict, CrmError, Forbidden, Invalid
from crm.core.pages import ActionPage, ListPage
from crm.core.requests import CrmRequest


@requires("users:write")
class InvitationsPage(ListPage):
    model = Invitation
    filters = InvitationFilters
    template_name = "settings/invitations.html"
    joins = ("role", "invited_by")
    prefetches = ("teams",)
    form: InvitationForm | None = None

    def extra_context(self) -> dict[str, Any]:
        return {"form": self.form or InvitationForm(actor=self.actor), "states": STATES}

    def post(self, request: CrmRequest) -> HttpResponse:
        self.form = InvitationForm(request.POST, actor=self.actor)
        try:
            if self.form.is_valid():
                sent = services.invitation_create(self.actor, **self.form.cleaned_data)
                messages.success(request, f"{sent} was invited.")
                return redirect("settings:invitations")
        except (Invalid, Conflict, Forbidden) as refusal:
            say(self.form, refusal)
        response = self.get(request)
        response.status_code = 422
        return response


@requires("users:write")
class ResendInvitation(ActionPage):
    service = services.invitation_resend
    message = "{record} gets a fresh link; the one before no longer works."
    done_url = "settings:invitations"


@requires("users:write")
class WithdrawInvitation(ActionPage):
    service = services.invitation_withdraw
    message = "The invitation of {record} was withdrawn."
    done_url = "settings:invitations"


@public("the link in the mail is the proof; whoever holds it has no account yet")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: CrmRequest, token: str) -> HttpResponse:
    """Wrong, used, expired and withdrawn links get the same page."""
    try:
        asked = accepting.open_invitation(token)
        form = AcceptanceForm(request.POST or None)
        if form.is_valid():
            return _joined(request, token, form)
    except accepting.InvitationOver:
        return TemplateResponse(request, "account/invitation_over.html", status=404)
    except Invalid as refusal:
        say(form, refusal)
    context = {
        "form": form,
        "invitation": asked,
        "token": token,
        "sender": asked.invited_by or "An administrator",
        "teams": " and ".join(map(str, asked.teams.order_by("name"))),
    }
    return TemplateResponse(request, "account/invitation.html", context, status=422 if form.errors else 200)


def _joined(request: CrmRequest, token: str, form: AcceptanceForm) -> HttpResponse:
    user = accepting.invitation_accept(token, origin=request.actor.origin, **form.cleaned_data)
    record_authentication(request, user, method="password", email=user.email)
    return perform_login(request, user, email_verification="none", redirect_url="/")


def say(form: forms.Form, refusal: CrmError) -> None:
    for detail in refusal.details or [{"field": "", "message": refusal.message}]:
        form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
