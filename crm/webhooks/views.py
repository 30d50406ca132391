"""Pages of webhooks: the list, one with its deliveries, one delivery with its tries, and what can be done."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.reauthentication import fresh_sign_in_required
from crm.core.access import requires
from crm.core.deletion import DeletePage
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.listing import listed, refuse_unknown
from crm.core.pages import ActorPage, CreatePage, EditPage, FormPage, ListPage, visible, without_blanks
from crm.core.requests import CrmRequest
from crm.outbox.models import FINISHED, Delivery, State
from crm.webhooks import services
from crm.webhooks.catalogue import TEST, every_type
from crm.webhooks.filters import WebhookDeliveryFilters, WebhookFilters
from crm.webhooks.forms import ReplayForm, RotateForm, WebhookForm
from crm.webhooks.log import tries_of
from crm.webhooks.models import Webhook
from crm.webhooks.replaying import deliveries_of, webhook_replay

LIST, DETAIL = "webhooks:list", "webhooks:detail"
UNDELIVERED = (State.FAILED, State.SUPPRESSED, State.CANCELLED)
fresh = method_decorator(fresh_sign_in_required, name="dispatch")


@requires("webhooks:read")
class WebhookList(ListPage):
    model, filters, template_name = Webhook, WebhookFilters, "webhooks/list.html"
    joins: ClassVar[tuple[str, ...]] = ("team", "owner")

    def extra_context(self) -> dict[str, Any]:
        return {"states": [("true", _("Active")), ("false", _("Switched off"))]}


@requires("webhooks:read")
class WebhookDetail(ListPage):
    """The endpoint above, its deliveries below; htmx asks for the deliveries alone."""

    model, filters, template_name = Delivery, WebhookDeliveryFilters, "webhooks/detail.html"
    joins: ClassVar[tuple[str, ...]] = ()

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:  # type: ignore[override]
        self.webhook: Webhook = visible(Webhook.objects.select_related("team", "owner"), self.actor, pk)
        return super().get(request)

    def rows_for(self, params: QueryDict) -> models.QuerySet[Any]:
        refuse_unknown(params, self.known())
        return listed(deliveries_of(self.webhook), self.filters, without_blanks(params), self.actor)

    def extra_context(self) -> dict[str, Any]:
        writable = Webhook.objects.for_actor(self.actor, "write").filter(pk=self.webhook.pk).exists()
        return {
            "webhook": self.webhook,
            "states": State.choices,
            "types": [(one, one) for one in (*every_type(), TEST)],
            "may_write": writable,
            "replay_form": ReplayForm(),
        }


@requires("webhooks:read")
class DeliveryDetail(ActorPage):
    """Asks for itself again until the delivery has ended, or waits for a later try."""

    template_name = "webhooks/delivery.html"

    def get(self, request: CrmRequest, pk: Any, delivery_pk: Any) -> HttpResponse:
        refuse_unknown(request.GET, set())
        webhook = visible(Webhook.objects.all(), self.actor, pk)
        delivery = deliveries_of(webhook).filter(pk=delivery_pk).first()
        if delivery is None:
            raise NotFound()
        context = {
            "webhook": webhook,
            "delivery": delivery,
            "tries": tries_of(self.actor, delivery),
            "is_moving": delivery.state == State.PROCESSING
            or (delivery.state == State.PENDING and not delivery.attempts),
            "may_replay": delivery.state in FINISHED
            and delivery.subject != TEST
            and Webhook.objects.for_actor(self.actor, "write").filter(pk=pk).exists(),
        }
        return TemplateResponse(request, self.template_name, context)


@requires("webhooks:read")
class DeliveryProgress(DeliveryDetail):
    template_name = "webhooks/delivery.html#progress"


class WebhookFormPage(FormPage):
    model, form_class, template_name = Webhook, WebhookForm, "webhooks/form.html"
    list_url, detail_url = LIST, DETAIL

    def extra_context(self) -> dict[str, Any]:
        return {"noun": _("webhook"), "nouns": _("Webhooks")}


@requires("webhooks:write")
@fresh
class WebhookCreate(WebhookFormPage, CreatePage):
    service = services.webhook_create

    def done(self, record: Any, message: str) -> HttpResponse:
        return secret_page(self.request, *record)


@requires("webhooks:write")
@fresh
class WebhookEdit(WebhookFormPage, EditPage):
    service = services.webhook_update


@requires("webhooks:write")
@fresh
class WebhookRotate(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return self._ask(pk, RotateForm())

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        form = RotateForm(request.POST)
        if not form.is_valid():
            return self._ask(pk, form, 422)
        return secret_page(request, *services.webhook_rotate(self.actor, pk, **form.cleaned_data))

    def _ask(self, pk: Any, form: RotateForm, status: int = 200) -> HttpResponse:
        record = visible(Webhook.objects.all(), self.actor, pk)
        return TemplateResponse(self.request, "webhooks/rotate.html", {"record": record, "form": form}, status=status)


@requires("webhooks:write")
class WebhookTest(ActorPage):
    """To the page of the test, which shows the answer once it is there."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        delivery = services.webhook_test(self.actor, pk)
        return redirect("webhooks:delivery", pk=pk, delivery_pk=delivery.pk)


class WebhookAct(ActorPage):
    """One POST about one endpoint; what does not go stays on its page, with why."""

    service: ClassVar[Callable[..., Any]]

    def values(self) -> dict[str, Any]:
        return {}

    def said(self, outcome: Any) -> str:
        raise NotImplementedError

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            outcome = type(self).service(self.actor, pk, **self.values())
        except (Conflict, Invalid) as refusal:
            messages.error(request, refusal.details[0]["message"] if refusal.details else refusal.message)
        else:
            messages.success(request, self.said(outcome))
        return redirect(DETAIL, pk=pk)


@requires("webhooks:write")
@fresh
class WebhookOn(WebhookAct):
    service = staticmethod(services.webhook_update)

    def values(self) -> dict[str, Any]:
        return {"is_active": True}

    def said(self, outcome: Any) -> str:
        return _("It is told what happens from now on. Replay what it missed.")


@requires("webhooks:write")
class WebhookOff(WebhookOn):
    def values(self) -> dict[str, Any]:
        return {"is_active": False}

    def said(self, outcome: Any) -> str:
        return _("It is told nothing more; what waits is not sent.")


@requires("webhooks:write")
class WebhookReplay(WebhookAct):
    service = staticmethod(webhook_replay)

    def values(self) -> dict[str, Any]:
        form = ReplayForm(self.request.POST)
        if not form.is_valid():
            raise Invalid(_("Say from when on."))
        asked = {name: form.cleaned_data[name] for name in ("since", "until")}
        states = UNDELIVERED if form.cleaned_data["only_failed"] else FINISHED
        return {**asked, "states": [str(state) for state in states]}

    def said(self, outcome: Any) -> str:
        said = ngettext("%(count)d delivery is sent again.", "%(count)d deliveries are sent again.", outcome)
        return said % {"count": outcome}


@requires("webhooks:write")
class DeliveryReplay(ActorPage):
    def post(self, request: CrmRequest, pk: Any, delivery_pk: Any) -> HttpResponse:
        try:
            webhook_replay(self.actor, pk, delivery=delivery_pk)
            messages.success(request, _("It is sent again in a moment."))
        except Conflict as refusal:
            messages.error(request, refusal.message)
        return redirect("webhooks:delivery", pk=pk, delivery_pk=delivery_pk)


@requires("webhooks:delete")
class WebhookDelete(DeletePage):
    model, service = Webhook, services.webhook_delete
    list_url, detail_url = LIST, DETAIL


def secret_page(request: CrmRequest, webhook: Webhook, secret: str) -> HttpResponse:
    """Neither kept by a cache nor repeated by a reload."""
    context = {"record": webhook, "secret": secret}
    headers = {"Cache-Control": "no-store"}
    return TemplateResponse(request, "webhooks/secret.html", context, headers=headers)
