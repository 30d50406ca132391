"""Pages of mailboxes: what is read, and when a message was last proved to come through."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from accounts.reauthentication import fresh_sign_in_required
from crm.core.access import requires
from crm.core.deletion import DeletePage
from crm.core.listing import listed, refuse_unknown
from crm.core.pages import ActorPage, CreatePage, EditPage, FormPage, ListPage, visible, without_blanks
from crm.core.requests import CrmRequest
from crm.intake import services
from crm.intake.filters import MailboxFilters, ReceivedFilters
from crm.intake.forms import MailboxForm
from crm.intake.models import Mailbox, Outcome, Received
from crm.intake.standing import needs_a_look

LIST, DETAIL = "mailboxes:list", "mailboxes:detail"
fresh = method_decorator(fresh_sign_in_required, name="dispatch")


@requires("emails:read")
class MailboxList(ListPage):
    model, filters, template_name = Mailbox, MailboxFilters, "mailboxes/list.html"
    joins: ClassVar[tuple[str, ...]] = ("person",)

    def extra_context(self) -> dict[str, Any]:
        return {"may_write": bool(self.actor.may("emails:manage"))}


@requires("emails:read")
class MailboxDetail(ListPage):
    """The mailbox above, below it what was looked at."""

    model, filters, template_name = Received, ReceivedFilters, "mailboxes/detail.html"
    joins: ClassVar[tuple[str, ...]] = ()

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:  # type: ignore[override]
        self.mailbox: Mailbox = visible(Mailbox.objects.select_related("person"), self.actor, pk)
        return super().get(request)

    def rows_for(self, params: QueryDict) -> models.QuerySet[Any]:
        refuse_unknown(params, self.known())
        return listed(Received.objects.filter(mailbox=self.mailbox), self.filters, without_blanks(params), self.actor)

    def extra_context(self) -> dict[str, Any]:
        return {
            "mailbox": self.mailbox,
            "outcomes": Outcome.choices,
            "needs_a_look": needs_a_look(self.mailbox),
            "may_write": bool(self.actor.may("emails:manage")),
        }


class MailboxFormPage(FormPage):
    model, form_class = Mailbox, MailboxForm
    list_url, detail_url = LIST, DETAIL

    def extra_context(self) -> dict[str, Any]:
        return {"noun": _("mailbox"), "nouns": _("Mailboxes")}


@requires("emails:manage")
@fresh
class MailboxCreate(MailboxFormPage, CreatePage):
    service = services.mailbox_create


@requires("emails:manage")
@fresh
class MailboxEdit(MailboxFormPage, EditPage):
    service = services.mailbox_update


@requires("emails:manage")
class MailboxProbe(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        services.mailbox_probe(self.actor, pk)
        messages.success(request, _("A mail is on its way. Once it is found in the mailbox, this page says so."))
        return redirect(DETAIL, pk=pk)


@requires("emails:manage")
class MailboxDelete(DeletePage):
    model, service = Mailbox, services.mailbox_delete
    list_url, detail_url = LIST, DETAIL
