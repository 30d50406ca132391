"""Pages of the queue: how it stands, one mail, and the buttons."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from crm.core.access import requires
from crm.core.encryption import Unreadable
from crm.core.errors import Conflict
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, ListPage, visible
from crm.core.requests import CrmRequest
from crm.mailroom import queue
from crm.mailroom.filters import DeliveryFilters
from crm.mailroom.forms import CleanUpForm, PauseForm
from crm.mailroom.returns import returns_of
from crm.mailroom.statistics import glance
from crm.outbox.mail_kinds import KINDS
from crm.outbox.models import Delivery, State

# Mails that are no kind of their own.
OTHERS = ((queue.BY_HAND, _lazy("By hand or by a program")), ("template_test", _lazy("Test of a template")))


@requires("emails:read")
class Queue(ListPage):
    model = Delivery
    filters = DeliveryFilters
    template_name = "settings/emails/queue.html"
    joins = ()

    def extra_context(self) -> dict[str, Any]:
        return {
            "figures": glance(self.actor),
            "states": State.choices,
            "topics": [*((kind.name, str(kind.label)) for kind in KINDS.values()), *OTHERS],
            "may_manage": bool(self.actor.may("emails:manage")),
            "may_write": bool(self.actor.may("emails:write")),
            "pause_form": PauseForm(),
            "clean_up_form": CleanUpForm(),
        }


@requires("emails:read")
class Mail(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        refuse_unknown(request.GET, set())
        mail = visible(Delivery.objects.all(), self.actor, pk)
        kind = KINDS.get(mail.topic)
        label = kind.label if kind else dict(OTHERS).get(mail.topic, mail.topic)
        context = {
            "mail": mail,
            "kind": label,
            "text": text_of(mail),
            "returns": returns_of(mail),
            "may_write": Delivery.objects.for_actor(self.actor, "write").filter(pk=mail.pk).exists(),
            "may_retry": mail.state in queue.RETRYABLE and not (mail.is_sensitive and not mail.secret),
            "may_cancel": mail.state == State.PENDING,
        }
        return TemplateResponse(request, "settings/emails/mail.html", context)


def text_of(mail: Delivery) -> str:
    """Nothing of what holds a secret, to nobody."""
    if mail.is_sensitive:
        return ""
    try:
        return str(mail.content().get("text", ""))
    except Unreadable:
        return ""


class MailAct(ActorPage):
    """One POST about one mail; what came too late is said on its page."""

    service: ClassVar[Callable[..., Any]]
    message = ""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        try:
            type(self).service(self.actor, pk)
        except Conflict as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, self.said())
        return redirect("settings:emails_queue_detail", pk=pk)

    def said(self) -> str:
        raise NotImplementedError


@requires("emails:write")
class Retry(MailAct):
    service = staticmethod(queue.delivery_retry)

    def said(self) -> str:
        return _("It is tried again in a moment.")


@requires("emails:write")
class Cancel(MailAct):
    service = staticmethod(queue.delivery_cancel)

    def said(self) -> str:
        return _("It is not sent.")


@requires("emails:manage")
class Pause(ActorPage):
    def post(self, request: CrmRequest) -> HttpResponse:
        form = PauseForm(request.POST)
        queue.queue_pause(self.actor, reason=form.cleaned_data["reason"] if form.is_valid() else "")
        messages.success(request, _("No mail leaves until you let the queue go on."))
        return redirect("settings:emails_queue")


@requires("emails:manage")
class Resume(ActorPage):
    def post(self, request: CrmRequest) -> HttpResponse:
        queue.queue_resume(self.actor)
        messages.success(request, _("What waited is sent now."))
        return redirect("settings:emails_queue")


@requires("emails:manage")
class CleanUp(ActorPage):
    def post(self, request: CrmRequest) -> HttpResponse:
        form = CleanUpForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Say after how many days: 1 to 3650."))
            return redirect("settings:emails_queue")
        removed = queue.deliveries_clean_up(self.actor, days=form.cleaned_data["days"])
        said = ngettext("{count} mail was removed.", "{count} mails were removed.", removed)
        messages.success(request, said.format(count=removed))
        return redirect("settings:emails_queue")
