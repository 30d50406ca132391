"""The first page of compliance: what is running, and the pages there are."""

from django.http import HttpResponse
from django.template.response import TemplateResponse

from crm.compliance.models import AccessReview
from crm.core.access import requires
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest

SHOWN = 5


@requires("compliance:read")
class Home(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        running = AccessReview.objects.for_actor(self.actor).filter(completed_at__isnull=True).order_by("due_on", "pk")
        return TemplateResponse(request, "compliance/home.html", {"running": running[:SHOWN]})
