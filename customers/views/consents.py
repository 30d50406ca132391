"""What one person agreed to on one channel: what holds, its history, and the form for the next row."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.changes import ensure_may
from crm.core.errors import Invalid, NotFound
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest
from customers import services
from customers.forms import ConsentForm
from customers.models import Contact, Lead
from customers.models.choices import Channel
from customers.services.consents import standing_of, standings_of


class ConsentPage(ActorPage):
    model: ClassVar[Any]
    detail_url: ClassVar[str]
    page_url: ClassVar[str]

    def get(self, request: CrmRequest, pk: Any, channel: str) -> HttpResponse:
        subject = self._subject(pk)
        status = standing_of(subject, _known(channel)).status
        return self._render(subject, channel, ConsentForm(actor=self.actor, initial={"status": status}))

    def post(self, request: CrmRequest, pk: Any, channel: str) -> HttpResponse:
        subject, channel = self._subject(pk), _known(channel)
        form = ConsentForm(request.POST, actor=self.actor)
        if not form.is_valid():
            return self._render(subject, channel, form, 422)
        named = {str(self.model._meta.model_name): subject, "channel": channel}
        try:
            services.consent_record(self.actor, **named, **form.values())
        except Invalid as refusal:
            for detail in refusal.details:
                form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
            return self._render(subject, channel, form, 422)
        messages.success(request, _("The consent of %s was recorded.") % subject)
        return redirect(self.detail_url, pk=pk)

    def _subject(self, pk: Any) -> Any:
        subject = visible(self.model.objects.all(), self.actor, pk)
        ensure_may(self.actor, subject.permission_to("write"), subject)
        return subject

    def _render(self, subject: Any, channel: str, form: ConsentForm, status: int = 200) -> HttpResponse:
        context = {
            "record": subject,
            "form": form,
            "channel": Channel(channel),
            "detail_url": self.detail_url,
            "history": subject.consents.filter(channel=channel).select_related("recorded_by").order_by("-at", "-id"),
        }
        return TemplateResponse(self.request, "customers/consent.html", context, status=status)


@requires("contacts:write")
class ContactConsent(ConsentPage):
    model, detail_url, page_url = Contact, "contacts:detail", "contacts:consent"


@requires("leads:write")
class LeadConsent(ConsentPage):
    model, detail_url, page_url = Lead, "leads:detail", "leads:consent"


def consents_context(subject: Any, page_url: str, may_edit: bool) -> dict[str, Any]:
    """For the card on a record's page; `page_url` is where a channel is changed."""
    return {"standings": standings_of(subject), "consent_url": page_url if may_edit else ""}


def _known(channel: str) -> Channel:
    if channel not in Channel:
        raise NotFound()
    return Channel(channel)
