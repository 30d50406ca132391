"""Which sign-ins are locked, and the button that opens one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.filters import LoginDoorFilters
from accounts.models import LoginDoor
from accounts.signin.unlocking import door_unlock
from crm.core.access import requires
from crm.core.pages import ListPage
from crm.core.requests import CrmRequest


@requires("users:manage")
class LockList(ListPage):
    """Those that are closed at this moment, the last one to open first."""

    model = LoginDoor
    filters = LoginDoorFilters
    template_name = "settings/locks.html"
    joins = ("user",)

    def rows_for(self, params: QueryDict) -> Any:
        return super().rows_for(params).filter(locked_until__gt=timezone.now())


@requires("users:manage")
@require_POST
def lock_open(request: CrmRequest, pk: str) -> HttpResponse:
    door = door_unlock(request.actor, pk)
    messages.success(request, _("%(door)s may sign in again.") % {"door": door})
    return redirect("settings:locks")
