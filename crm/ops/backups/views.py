"""The page of the backups: the last verified one first, then all of them, and the two buttons."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.access import requires
from crm.core.pages import ListPage
from crm.core.requests import CrmRequest
from crm.ops.backups.filters import BackupRunFilters
from crm.ops.backups.services import backup_request, backup_verify_request
from crm.ops.backups.standing import standing
from crm.ops.models import BackupRun


@requires("backups:read")
class BackupList(ListPage):
    """From this database alone: a page asks no bucket."""

    model = BackupRun
    filters = BackupRunFilters
    template_name = "settings/backups.html"
    joins = ()

    def extra_context(self) -> dict[str, Any]:
        return {"standing": standing()}


@requires("backups:write")
@require_POST
def backup_create(request: CrmRequest) -> HttpResponse:
    backup_request(request.actor)
    messages.success(request, _("A backup is made in a moment; it shows here."))
    return redirect("settings:backups")


@requires("backups:write")
@require_POST
def backup_verify(request: CrmRequest, pk: str) -> HttpResponse:
    backup_verify_request(request.actor, pk)
    messages.success(request, _("It is restored into a scratch database and compared; the result shows here."))
    return redirect("settings:backups")
