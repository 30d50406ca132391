"""Pages of activities: what is open, overdue and done, for oneself or the team."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.deletion import DeletePage
from crm.core.pages import ActionPage, ActorPage, CreatePage, DetailPage, EditPage
from crm.core.requests import CrmRequest
from crm.lists.pages import ViewedListPage
from customers.views.bulk import BulkPage
from customers.views.choices import owner_choices
from deals import services
from deals.columns import ACTIVITY_COLUMNS
from deals.filters import STATES, PlannedFirstFilters
from deals.forms import ActivityForm
from deals.models import Activity
from deals.models.choices import ActivityType


@requires("activities:read")
class ActivityList(ViewedListPage):
    """Without a choice it shows what is open; in the archive, all of it."""

    model, filters, columns = Activity, PlannedFirstFilters, ACTIVITY_COLUMNS
    template_name = "activities/activity_list.html"
    list_url, detail_url = "activities:list", "activities:detail"

    def rows(self) -> Any:
        params: QueryDict = self.request.GET.copy()
        params.setdefault("state", self._state())
        return self.rows_for(params)

    def _state(self) -> str:
        return self.request.GET.get("state", "" if self.request.GET.get("archived") == "true" else "open")

    def extra_context(self) -> dict[str, Any]:
        people, state = owner_choices(self.actor), self._state()
        return {
            "states": STATES,
            "state": state,
            # What the page adds to its address by itself, for those that take what it shows.
            "assumed": f"state={state}",
            "types": ActivityType.choices,
            "owners": [(self.actor.id, _("Mine")), *(one for one in people if one[0] != self.actor.id)],
            "people": people,
        }


@requires("activities:read")
class ActivityDetail(DetailPage):
    model = Activity
    template_name = "activities/activity_detail.html"
    joins = ("owner", "team", "customer", "contact", "lead", "deal")

    def extra_context(self, record: Activity) -> dict[str, Any]:
        return {
            "attendees": record.attendees.for_actor(self.actor),  # type: ignore[attr-defined]
            "may_delete": bool(self.actor.covers("activities:delete", record)),
        }


@requires("activities:write")
class ActivityCreate(CreatePage):
    model, form_class, service = Activity, ActivityForm, services.activity_create
    list_url, detail_url = "activities:list", "activities:detail"


@requires("activities:write")
class ActivityEdit(EditPage):
    model, form_class, service = Activity, ActivityForm, services.activity_update
    list_url, detail_url = "activities:list", "activities:detail"


class ActivitySettled(ActorPage):
    """Completes or reopens, and goes back to the page it was asked from, with an Undo."""

    service: Any
    told: str
    undo_url: str

    def post(self, request: CrmRequest, pk: UUID) -> HttpResponse:
        activity = type(self).service(self.actor, pk)
        undo = reverse(self.undo_url, args=[pk])
        messages.success(request, _(self.told) % {"subject": activity.subject}, extra_tags=f"undo:{undo}")
        back = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
        return redirect(back if back and is_ours else reverse("activities:list"))


@requires("activities:write")
class ActivityComplete(ActivitySettled):
    service, told, undo_url = services.activity_complete, "“%(subject)s” is done.", "activities:reopen"


@requires("activities:write")
class ActivityReopen(ActivitySettled):
    service, told, undo_url = services.activity_reopen, "“%(subject)s” is open again.", "activities:complete"


@requires("activities:delete")
class ActivityArchive(ActionPage):
    service, message = services.activity_archive, "{record} was archived."
    undo_url, done_url = "activities:restore", "activities:list"


@requires("activities:delete")
class ActivityRestore(ActionPage):
    service, message = services.activity_restore, "{record} is back."
    done_url = "activities:detail"


@requires("activities:delete")
class ActivityDelete(DeletePage):
    model, service = Activity, services.activity_delete
    list_url, detail_url = "activities:list", "activities:detail"


@requires("activities:write", "activities:delete", "activities:assign")
class ActivityBulk(BulkPage):
    """Few or many, the same way: each activity by its own service, with a reason where it stayed."""

    list_page, list_url = ActivityList, "activities:list"
    told: ClassVar[dict[str, Any]] = {}

    def _asked(self, action: str) -> tuple[str, dict[str, Any]]:
        return (action, {}) if action in ("complete", "reopen") else super()._asked(action)
