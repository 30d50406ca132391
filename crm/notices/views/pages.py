"""Pages of notifications: the list, the panel under the bell, and what is done with one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.access import requires
from crm.core.errors import NotFound
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, ListPage
from crm.core.requests import CrmRequest
from crm.notices import services
from crm.notices.filters import STATES, NoticeFilters
from crm.notices.kinds import ALL, KINDS
from crm.notices.models import Notification
from crm.notices.showing import readable, veiled
from crm.notices.state import unread_count
from crm.notices.timing import Snooze

IN_PANEL = 8


def dressed(actor: Any, rows: list[Notification]) -> list[Notification]:
    """As they are shown, each with the icon of its kind."""
    for one in veiled(actor, rows):
        one.icon = KINDS[one.kind].icon if one.kind in KINDS else "bell"  # type: ignore[attr-defined]
    return rows


@requires("notifications:read")
class NoticeList(ListPage):
    model, filters = Notification, NoticeFilters
    template_name = "notices/list.html"
    joins = ()
    is_counted = False

    def get(self, request: CrmRequest) -> HttpResponse:
        response: Any = super().get(request)
        dressed(self.actor, response.context_data["page"].rows)
        return response  # type: ignore[no-any-return]

    def extra_context(self) -> dict[str, Any]:
        return {
            "states": STATES,
            "kinds": [(kind.name, kind.label) for kind in ALL],
            "unread": unread_count(self.actor),
            "snoozes": Snooze.choices,
        }


@requires("notifications:read")
class NoticePanel(ActorPage):
    """What the bell opens: the newest ones, read or not."""

    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        request.is_unattended = True
        rows = Notification.objects.for_actor(self.actor).shown(timezone.now()).order_by("-shown_at", "-id")
        context = {"rows": dressed(self.actor, list(rows[:IN_PANEL])), "snoozes": Snooze.choices}
        return TemplateResponse(request, "notices/_panel.html", context, headers={"Cache-Control": "no-store"})


@requires("notifications:read")
class NoticeOpen(ActorPage):
    """Leads to what it is about, which counts as read where the actor may say so."""

    def get(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        refuse_unknown(request.GET, set())
        notice = Notification.objects.for_actor(self.actor).filter(pk=pk).first()
        if notice is None or not readable(self.actor, [notice]):
            raise NotFound()
        if self.actor.may("notifications:write"):
            services.notice_read(self.actor, pk)
        return redirect(notice.link or "notices:list")


@requires("notifications:write")
class NoticeRead(ActorPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        services.notice_read(self.actor, pk)
        return back(request)


@requires("notifications:write")
class NoticeUnread(ActorPage):
    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        services.notice_unread(self.actor, pk)
        return back(request)


@requires("notifications:write")
class NoticeSnooze(ActorPage):
    def post(self, request: CrmRequest, pk: UUID, until: str) -> HttpResponse:
        notice = services.notice_snooze(self.actor, pk, until)
        if not from_panel(request):
            local = timezone.localtime(notice.shown_at)
            messages.success(request, _("It comes back %(when)s.") % {"when": f"{local:%Y-%m-%d %H:%M}"})
        return back(request)


@requires("notifications:write")
class NoticesReadAll(ActorPage):
    def post(self, request: CrmRequest) -> HttpResponse:
        count = services.notices_read_all(self.actor, kind=request.POST.get("kind", ""))
        if not from_panel(request):
            told = ngettext("%(count)s notification is read now.", "%(count)s notifications are read now.", count)
            messages.success(request, told % {"count": count})
        return back(request)


def from_panel(request: CrmRequest) -> bool:
    """Sent by the script of the bell, which shows what became of it."""
    return request.headers.get("X-Requested-With") == "notices"


def back(request: CrmRequest) -> HttpResponse:
    if from_panel(request):
        return HttpResponse(status=204)
    target = request.POST.get("next", "")
    return redirect(target if url_has_allowed_host_and_scheme(target, None) else "notices:list")
