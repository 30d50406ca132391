"""The audit explorer: the trail with filters in the URL, and one event in full."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpResponse, JsonResponse
from django.template.response import TemplateResponse

from auditlog import wording
from auditlog.filters import AuditEventFilters
from auditlog.models import AuditEvent
from auditlog.proof import REDACTED
from auditlog.trail import inclusion_proof
from crm.core.access import requires
from crm.core.pages import ActorPage, ListPage, visible
from crm.core.requests import CrmRequest

PEOPLE_OFFERED = 500
LONGEST_REQUEST = timedelta(minutes=5)


@requires("audit:read")
class Explorer(ListPage):
    model = AuditEvent
    filters = AuditEventFilters
    template_name = "auditlog/explorer.html"
    joins = ()
    is_counted = False

    def extra_context(self) -> dict[str, Any]:
        people = get_user_model().objects.for_actor(self.actor)[:PEOPLE_OFFERED]
        return {
            "people": [(person.pk, person) for person in people],
            "doors": [(door, wording.SPELLED.get(door, door.capitalize())) for door in wording.DOORS],
            "credentials": [(name, name.capitalize()) for name in wording.CREDENTIALS],
            "since": _as_moment(self.request.GET.get("since", ""), "00:00"),
            "until": _as_moment(self.request.GET.get("until", ""), "23:59"),
            "person": self._person(),
            "types": sorted((name, wording.noun_of(name).capitalize()) for name in wording.audited_models()),
            "actions": wording.known_actions(),
            "trail_of": self._trail_of(),
        }

    def _person(self) -> Any:
        """Whom the trail is by and about, when the reader may see them."""
        people = get_user_model().objects.for_actor(self.actor)
        pk = self.request.GET.get("person")
        return people.filter(pk=pk).first() if pk else None

    def _trail_of(self) -> str:
        """The label of the one record this trail is about, as its last event has it."""
        kind, _, pk = self.request.GET.get("object", "").partition(":")
        rows = AuditEvent.objects.for_actor(self.actor).filter(object_type=kind, object_id=pk)
        return rows.order_by("-at").values_list("object_label", flat=True).first() or "" if pk else ""


@requires("audit:read")
class EventDetail(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        event = visible(AuditEvent.objects.all(), self.actor, pk)
        context = {
            "event": event,
            "changes": wording.diff(event, self.actor),
            "others": self._of_the_same_request(event),
            "redaction": self._redaction(event),
        }
        return TemplateResponse(request, "auditlog/event.html", context)

    def _redaction(self, event: AuditEvent) -> AuditEvent | None:
        """The event that tells why the personal data are gone, and keeps what was nobody's."""
        told = AuditEvent.objects.for_actor(self.actor).filter(object_type="auditevent", object_id=str(event.pk))
        return told.filter(action=REDACTED).order_by("-at").first() if event.erased_at else None

    def _of_the_same_request(self, event: AuditEvent) -> list[AuditEvent]:
        """What else one request did; found by actor and time, which are indexed."""
        if not event.trace_id or event.actor_id is None:
            return []
        rows = AuditEvent.objects.for_actor(self.actor).filter(actor_id=event.actor_id, trace_id=event.trace_id)
        return list(rows.exclude(pk=event.pk).filter(at__range=_around(event)).order_by("at")[:10])


@requires("audit:read")
class EventProof(ActorPage):
    """A file for somebody outside: the event is in its seal, and the seal is signed."""

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        proof = inclusion_proof(visible(AuditEvent.objects.all(), self.actor, pk))
        response = JsonResponse(proof, json_dumps_params={"indent": 1, "ensure_ascii": False})
        response["Content-Disposition"] = f'attachment; filename="audit-proof-{pk}.json"'
        return response


def _as_moment(text: str, at: str) -> str:
    """For an input of type datetime-local, which knows no plain days."""
    return f"{text}T{at}" if len(text) == len("2026-03-04") else text[: len("2026-03-04T13:05")]


def _around(event: AuditEvent) -> tuple[datetime, datetime]:
    return event.at - LONGEST_REQUEST, event.at + LONGEST_REQUEST
