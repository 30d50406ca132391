"""One's own e-mail address: asking for another one, and the page behind the link."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts import email_change
from accounts.models import User
from accounts.reauthentication import FreshSignIn
from crm.core.access import signed_in
from crm.core.errors import Invalid
from crm.core.limits import limited
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest


class EmailForm(forms.Form):
    email = forms.EmailField(label="New e-mail address", max_length=254)


@signed_in("one's own address")
class EmailPage(FreshSignIn, ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        return self._page(EmailForm())

    @limited("5/min")  # each sends a mail to whatever address was typed
    def post(self, request: CrmRequest) -> HttpResponse:
        if "cancel" in request.POST:
            email_change.email_change_cancel(self.actor)
            messages.success(request, "The change was cancelled; your address stays as it is.")
            return redirect("accounts:email")
        form = EmailForm(request.POST)
        try:
            if form.is_valid():
                email_change.email_change_request(self.actor, **form.cleaned_data)
                messages.success(request, "Look into the mail of the new address.")
                return redirect("accounts:email")
        except Invalid as refusal:
            form.add_error("email", [detail["message"] for detail in refusal.details])
        return self._page(form, 422)

    def _page(self, form: EmailForm, status: int = 200) -> HttpResponse:
        return TemplateResponse(self.request, "accounts/email.html", {"form": form}, status=status)


@signed_in("the link works only for the person who asked for it")
@method_decorator(never_cache, name="dispatch")
class EmailConfirm(ActorPage):
    """A button, because programs open the links of a mail, too."""

    def get(self, request: CrmRequest, token: str) -> HttpResponse:
        user = User.objects.get(pk=self.actor.id)
        context = {"new": email_change.requested(user, token), "old": user.email, "token": token}
        return TemplateResponse(request, "accounts/email_confirm.html", context)

    def post(self, request: CrmRequest, token: str) -> HttpResponse:
        user = email_change.email_change_confirm(self.actor, token)
        messages.success(request, f"You sign in as {user.email} from now on.")
        return redirect("accounts:email")
