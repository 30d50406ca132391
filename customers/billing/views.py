"""The billing card on a customer's page, and the form behind it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import Conflict, CrmError, Invalid, Stale
from crm.core.facts import facts_of
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest
from crm.core.sensitive import masked, note_reading
from customers import services
from customers.billing.credit import credit_of
from customers.billing.forms import BillingForm
from customers.models import BillingProfile, Customer

SHOWN = ("cycle", "payment_days", "payment_preference", "delivery", "invoice_email", "contact", "tax_id")


class CustomerPart(ActorPage):
    def customer(self, pk: Any) -> Customer:
        return visible(Customer.objects.all(), self.actor, pk)  # type: ignore[no-any-return]

    def profile(self, customer: Customer) -> BillingProfile | None:
        rows = BillingProfile.objects.for_actor(self.actor).active().filter(customer=customer)
        found: BillingProfile | None = rows.select_related("contact", "customer").first()
        return found


@requires("billing:read")
class ForCustomer(CustomerPart):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        customer = self.customer(pk)
        profile = self.profile(customer)
        if profile is not None:
            note_reading(self.actor, profile)
            masked(self.actor, profile)
        context = {
            "customer": customer,
            "profile": profile,
            "facts": [fact for fact in facts_of(profile, SHOWN) if fact.text] if profile else [],
            "credit": credit_of(self.actor, customer),
            "may_edit": bool(self.actor.may("billing:write")) and not customer.is_archived,
        }
        return TemplateResponse(request, "billing/_for_customer.html", context)


@requires("billing:write")
class BillingEdit(CustomerPart):
    """Makes the profile, or changes it."""

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        customer = self.customer(pk)
        profile = self.profile(customer)
        if profile is not None:
            note_reading(self.actor, profile)
        return self.page(customer, BillingForm(actor=self.actor, customer=customer, instance=profile))

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        customer = self.customer(pk)
        profile = self.profile(customer)
        form = BillingForm(request.POST, actor=self.actor, customer=customer, instance=profile)
        if not form.is_valid():
            return self.page(customer, form, 422)
        try:
            self._save(customer, profile, form)
        except (Invalid, Conflict, Stale) as refusal:
            return self.refused(customer, form, refusal)
        return redirect("customers:detail", pk=pk)

    def _save(self, customer: Customer, profile: BillingProfile | None, form: BillingForm) -> None:
        if profile is None:
            services.billing_profile_create(self.actor, customer=customer, **form.values())
        else:
            version = form.cleaned_data["version"]
            services.billing_profile_update(self.actor, profile.pk, version=version, **form.values())

    def refused(self, customer: Customer, form: BillingForm, refusal: CrmError) -> HttpResponse:
        for detail in refusal.details or [{"field": "", "message": refusal.message}]:
            form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
        return self.page(customer, form, refusal.status)

    def page(self, customer: Customer, form: BillingForm, status: int = 200) -> HttpResponse:
        back = reverse("customers:detail", args=[customer.pk])
        context = {
            "form": form, "record": form.instance, "list_url": back, "cancel_url": back,
            "noun": _("billing profile"), "nouns": str(customer),
        }  # fmt: skip
        return TemplateResponse(self.request, "components/form_page.html", context, status=status)
