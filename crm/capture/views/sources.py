"""Pages of lead sources: the list, one with what came in, making and changing one, its secret."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.http import HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from accounts.reauthentication import fresh_sign_in_required
from crm.capture import services
from crm.capture.filters import LeadSourceFilters, SubmissionFilters
from crm.capture.forms import LeadSourceForm
from crm.capture.models import Kind, LeadSource, State, Submission
from crm.capture.public_form import HONEYPOT, PublicForm
from crm.core.access import requires
from crm.core.deletion import DeletePage
from crm.core.listing import listed, refuse_unknown
from crm.core.pages import ActorPage, CreatePage, EditPage, FormPage, ListPage, visible, without_blanks
from crm.core.requests import CrmRequest
from crm.webhooks.forms import RotateForm

LIST, DETAIL = "capture:list", "capture:detail"
fresh = method_decorator(fresh_sign_in_required, name="dispatch")


@requires("webhooks:read")
class LeadSourceList(ListPage):
    model, filters, template_name = LeadSource, LeadSourceFilters, "capture/list.html"
    joins: ClassVar[tuple[str, ...]] = ("team", "owner")

    def extra_context(self) -> dict[str, Any]:
        return {"kinds": Kind.choices, "states": [("true", _("Active")), ("false", _("Switched off"))]}


@requires("webhooks:read")
class LeadSourceDetail(ListPage):
    """The source above, what came in below: of that, who may read leads sees as much as of those."""

    model, filters, template_name = Submission, SubmissionFilters, "capture/detail.html"
    joins: ClassVar[tuple[str, ...]] = ("lead",)

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:  # type: ignore[override]
        self.source: LeadSource = visible(LeadSource.objects.select_related("team", "owner"), self.actor, pk)
        return super().get(request)

    def rows_for(self, params: QueryDict) -> models.QuerySet[Any]:
        refuse_unknown(params, self.known())
        rows = Submission.objects.for_actor(self.actor).filter(lead_source=self.source)
        return listed(rows, self.filters, without_blanks(params), self.actor)

    def extra_context(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "states": State.choices,
            "address": address_of(self.source),
            "snippet": "" if self.source.is_webhook else snippet_of(self.source),
            "may_write": LeadSource.objects.for_actor(self.actor, "write").filter(pk=self.source.pk).exists(),
        }


class LeadSourceFormPage(FormPage):
    model, form_class, template_name = LeadSource, LeadSourceForm, "capture/source_form.html"
    list_url, detail_url = LIST, DETAIL

    def extra_context(self) -> dict[str, Any]:
        return {"noun": _("lead source"), "nouns": _("Lead capture")}


@requires("webhooks:write")
@fresh
class LeadSourceCreate(LeadSourceFormPage, CreatePage):
    service = services.lead_source_create

    def initial(self) -> dict[str, Any]:
        return {"owner": None, "team": self.actor.home_team_id, "kind": Kind.FORM, **self.request.GET.dict()}

    def done(self, record: Any, message: str) -> HttpResponse:
        source, secret = record
        return secret_page(self.request, source, secret) if secret else super().done(source, f"{source} was created.")


@requires("webhooks:write")
@fresh
class LeadSourceEdit(LeadSourceFormPage, EditPage):
    service = services.lead_source_update


@requires("webhooks:write")
@fresh
class LeadSourceRotate(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return self._ask(pk, RotateForm())

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        form = RotateForm(request.POST)
        if not form.is_valid():
            return self._ask(pk, form, 422)
        return secret_page(request, *services.lead_source_rotate(self.actor, pk, **form.cleaned_data))

    def _ask(self, pk: Any, form: RotateForm, status: int = 200) -> HttpResponse:
        record = visible(LeadSource.objects.all(), self.actor, pk)
        return TemplateResponse(self.request, "capture/rotate.html", {"record": record, "form": form}, status=status)


@requires("webhooks:delete")
class LeadSourceDelete(DeletePage):
    model, service = LeadSource, services.lead_source_delete
    list_url, detail_url = LIST, DETAIL


def secret_page(request: CrmRequest, source: LeadSource, secret: str) -> HttpResponse:
    """Neither kept by a cache nor repeated by a reload."""
    context = {"record": source, "secret": secret, "address": address_of(source)}
    return TemplateResponse(request, "capture/secret.html", context, headers={"Cache-Control": "no-store"})


def address_of(source: LeadSource) -> str:
    """Where strangers find it."""
    name = "capture_public:inbound" if source.is_webhook else "capture_public:form"
    return f"{settings.PUBLIC_URL}{reverse(name, args=[source.token])}"


def snippet_of(source: LeadSource) -> str:
    """What is put into a page of another site: a plain form, without a script."""
    context = {"source": source, "form": PublicForm(source), "address": address_of(source), "honeypot": HONEYPOT}
    return render_to_string("capture/public/snippet.txt", context).strip()
