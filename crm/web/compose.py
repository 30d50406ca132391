"""The composer of every record page: a note, or a call, e-mail, meeting or task, put on top of the timeline."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _

from crm.core.access import requires
from crm.core.errors import Invalid, NotFound, invalid_field
from crm.core.htmx import retargeted
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest
from crm.core.timeline import Entry
from customers.models import Contact, Customer, Lead
from customers.services import note_create
from customers.timeline import note_entry
from deals.models import Deal
from deals.models.choices import ActivityStatus, ActivityType
from deals.services import activity_create
from deals.timeline import activity_entry

SUBJECTS: dict[str, type[Any]] = {"customer": Customer, "contact": Contact, "lead": Lead, "deal": Deal}
LONGEST_SUBJECT = 255


@requires("notes:write", "activities:write")
class Compose(ActorPage):
    """Posts `kind`, `body` and, for what is planned, `due_at`; answers the timeline entry."""

    def post(self, request: CrmRequest, subject: str, pk: UUID) -> HttpResponse:
        if subject not in SUBJECTS:
            raise NotFound()
        about = {subject: visible(SUBJECTS[subject].objects.all(), self.actor, pk)}
        try:
            entry = self._write(about)
        except Invalid as refusal:
            return self._again([detail["message"] for detail in refusal.details] or [refusal.message])
        if not request.headers.get("HX-Request"):
            messages.success(request, _("It is in the timeline."))
            return redirect(f"{subject}s:detail", pk=pk)
        answer = TemplateResponse(request, "components/timeline_entry.html", {"entry": entry})
        answer["HX-Trigger"] = "activity-logged"
        return answer

    def _again(self, errors: list[str]) -> HttpResponse:
        """The composer with what is wrong; nothing typed is lost."""
        post = self.request.POST
        typed = {"body": post.get("body", ""), "selected": post.get("kind", "note")}
        people_url = reverse("notes:people", kwargs=self.kwargs)
        context = {"url": self.request.path, "people_url": people_url, "errors": errors, **typed}
        return retargeted(TemplateResponse(self.request, "components/composer.html", context, status=422), "#composer")

    def _write(self, about: dict[str, Any]) -> Entry:
        kind, body = self.request.POST.get("kind", "note"), self.request.POST.get("body", "").strip()
        if not body:
            raise invalid_field("body", "Write something first.", "required")
        if kind == "note":
            return note_entry(note_create(self.actor, body=body, **about))
        if kind not in ActivityType.values:
            raise invalid_field("kind", "There is no such kind of entry.", "invalid_choice")
        due_at = _moment(self.request.POST.get("due_at", ""))
        is_planned = kind == ActivityType.TASK or (due_at is not None and due_at > timezone.now())
        return activity_entry(
            activity_create(
                self.actor,
                type=kind,
                subject=body.splitlines()[0][:LONGEST_SUBJECT],
                description=body if len(body.splitlines()[0]) < len(body) or len(body) > LONGEST_SUBJECT else "",
                status=ActivityStatus.PLANNED if is_planned else ActivityStatus.HELD,
                due_at=due_at,
                **about,
            )
        )


def _moment(text: str) -> datetime | None:
    """From a datetime-local field, in the current time zone."""
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise invalid_field("due_at", "This is not a date and time.", "invalid")
    return make_aware(moment) if is_naive(moment) else moment
